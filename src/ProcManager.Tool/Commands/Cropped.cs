using Spectre.Console.Rendering;

namespace ProcManager.Tool.Commands;

/// <summary>Cuts lines at the edge of the screen. Wrapped lines would push others out of it.</summary>
internal sealed class Cropped(IRenderable inner) : IRenderable
{
    private const int Wide = 1000;

    public Measurement Measure(RenderOptions options, int maxWidth) => new(maxWidth, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (SegmentLine line in Segment.SplitLines(inner.Render(options, Wide)))
        {
            int room = maxWidth;
            foreach (Segment segment in line)
            {
                if (Segment.Truncate(segment, room) is { } shown && room > 0)
                {
                    yield return shown;
                    room -= shown.CellCount();
                }
            }

            yield return Segment.LineBreak;
        }
    }
}
