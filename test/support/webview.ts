import type { FrameLocator, Page } from 'playwright-core';

/** The page of the webview in sight: VS Code has it in a frame within a frame. */
export function webview(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
}

/** How many columns of a chart's canvas have something of a colour in them that is not a grey: the curve's width. */
export async function curveWidth(page: Page, chart: number): Promise<number> {
  return webview(page)
    .locator('canvas')
    .nth(chart)
    .evaluate((canvas: unknown) => {
      type Canvas = {
        width: number;
        height: number;
        getContext: (kind: '2d') => { getImageData: (...box: number[]) => { data: Uint8ClampedArray } };
      };
      const { width, height, getContext } = canvas as Canvas;
      const { data } = getContext.call(canvas, '2d').getImageData(0, 0, width, height);
      const columns = new Set<number>();
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
        if (alpha > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) columns.add((at / 4) % width);
      }
      return columns.size;
    });
}
