#include "tree_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "tree_copy.h"
#include "tree_discard.h"
#include "tree_paths.h"
#include "tree_remove.h"

#define RENAME_NOREPLACE_FLAG 1U

/* A directory of the container's and a name in it. */
struct place {
	int parent;
	char name[NAME_MAX + 1];
};

static void close_place(const struct place *place)
{
	cleanup_close_fd(&place->parent);
}
#define CLEANUP_PLACE __attribute__((cleanup(close_place)))

/* Not the root itself: it can be neither moved nor removed. */
static int find_place(const struct tree_files *files, const char *path, struct place *place, struct failure *failure)
{
	const char *name;
	place->parent = tree_open_parent(files->root_fd, path, &name);
	if (place->parent < 0)
		return tree_fail(failure, path);
	if (!is_component(name))
		return fail_with(failure, STAGE_TREE, EBUSY, "/");
	if (snprintf(place->name, sizeof(place->name), "%s", name) > NAME_MAX)
		return fail_with(failure, STAGE_TREE, ENAMETOOLONG, path);
	return 0;
}

/* What follows a request must be read to its end, also when it can't be written. */
static int write_content(struct tree_files *files, int fd, uint64_t size)
{
	while (size > 0) {
		size_t length;
		const uint8_t *piece = layer_read_piece(files->input, size, &length);
		if (!piece)
			_exit(0);
		size -= length;
		if (fd >= 0 && write_full(fd, piece, length) < 0)
			fd = -1;
	}
	return fd < 0 ? -1 : 0;
}

/* write PATH HOW OFFSET SIZE, then the bytes: HOW is `new` (it must not be there), `old` (it must) or `any`. From 0 on it is written
 * anew, further on it goes on. A file keeps its owner and mode. */
int tree_write(struct tree_files *files, const char *const *words, struct failure *failure)
{
	long long offset, size;
	if (tree_number(words[3], &offset, failure) < 0 || tree_number(words[4], &size, failure) < 0)
		return -1;
	bool fresh = strcmp(words[2], "new") == 0, present = strcmp(words[2], "old") == 0;
	int flags = O_WRONLY | (present ? 0 : O_CREAT) | (fresh ? O_EXCL : 0);
	CLEANUP_CLOSE int fd = tree_open_file(files->root_fd, words[1], flags, 0644);
	int error = fd < 0 || (offset == 0 && ftruncate(fd, 0) < 0) || lseek(fd, offset, SEEK_SET) < 0 ? errno : 0;
	if (write_content(files, error ? -1 : fd, (uint64_t)size) < 0 && !error)
		error = errno;
	return error ? fail_with(failure, STAGE_TREE, error, words[1]) : 0;
}

/* mkdir PATH: it belongs to whom the directory around it belongs to. */
int tree_mkdir(struct tree_files *files, const char *const *words, struct failure *failure)
{
	struct stat around;
	CLEANUP_PLACE struct place place = { .parent = -1 };
	if (find_place(files, words[1], &place, failure) < 0)
		return -1;
	if (fstat(place.parent, &around) < 0 || mkdirat(place.parent, place.name, 0755) < 0 ||
	    fchownat(place.parent, place.name, around.st_uid, around.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return tree_fail(failure, words[1]);
	return 0;
}

/* rename FROM TO OVERWRITE */
int tree_rename(struct tree_files *files, const char *const *words, struct failure *failure)
{
	CLEANUP_PLACE struct place from = { .parent = -1 };
	CLEANUP_PLACE struct place to = { .parent = -1 };
	if (find_place(files, words[1], &from, failure) < 0 || find_place(files, words[2], &to, failure) < 0)
		return -1;
	unsigned flags = *words[3] == '1' ? 0 : RENAME_NOREPLACE_FLAG;
	if (syscall(SYS_renameat2, from.parent, from.name, to.parent, to.name, flags) == 0)
		return 0;
	return tree_fail(failure, errno == EEXIST || errno == ENOTEMPTY ? words[2] : words[1]);
}

/* remove PATH RECURSIVE */
int tree_remove_path(struct tree_files *files, const char *const *words, struct failure *failure)
{
	struct stat status;
	CLEANUP_PLACE struct place place = { .parent = -1 };
	if (find_place(files, words[1], &place, failure) < 0)
		return -1;
	if (fstatat(place.parent, place.name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return tree_fail(failure, words[1]);
	if (*words[2] == '1')
		return tree_remove(place.parent, place.name) < 0 ? tree_fail(failure, words[1]) : 0;
	int flags = S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0;
	return unlinkat(place.parent, place.name, flags) < 0 ? tree_fail(failure, words[1]) : 0;
}

/* copy FROM TO OVERWRITE: all of it, as cp -a. What could not be copied whole is not left behind in pieces. */
int tree_copy_path(struct tree_files *files, const char *const *words, struct failure *failure)
{
	struct stat source, target;
	CLEANUP_PLACE struct place from = { .parent = -1 };
	CLEANUP_PLACE struct place to = { .parent = -1 };
	if (find_place(files, words[1], &from, failure) < 0 || find_place(files, words[2], &to, failure) < 0)
		return -1;
	if (fstatat(from.parent, from.name, &source, AT_SYMLINK_NOFOLLOW) < 0)
		return tree_fail(failure, words[1]);
	bool there = fstatat(to.parent, to.name, &target, AT_SYMLINK_NOFOLLOW) == 0;
	if (there && *words[3] != '1')
		return fail_with(failure, STAGE_TREE, EEXIST, words[2]);
	if (there && source.st_dev == target.st_dev && source.st_ino == target.st_ino)
		return fail_with(failure, STAGE_TREE, EINVAL, words[2]);
	if (there && tree_remove(to.parent, to.name) < 0)
		return tree_fail(failure, words[2]);
	if (tree_copy_entry(from.parent, from.name, to.parent, to.name) == 0)
		return 0;
	int error = errno;
	tree_remove(to.parent, to.name);
	return fail_with(failure, STAGE_TREE, error, words[2]);
}

/* discard PATH: of a container at rest. */
int tree_discard(struct tree_files *files, const char *const *words, struct failure *failure)
{
	if (!files->changes)
		return fail_with(failure, STAGE_TREE, EINVAL, "discard");
	return discard_change(files->root_fd, files->lower_fd, words[1]) < 0 ? tree_fail(failure, words[1]) : 0;
}
