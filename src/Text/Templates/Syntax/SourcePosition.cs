namespace LmDeploy.Text.Templates.Syntax;

/// <summary>How far a source has been read, and on which line that is.</summary>
internal sealed class SourcePosition(string source)
{
    public int Offset { get; private set; }

    /// <summary>The 1-based line of <see cref="Offset"/>.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Reads on to an offset at or after the current one.</summary>
    public void MoveTo(int offset)
    {
        Line += source.AsSpan(Offset, offset - Offset).Count('\n');
        Offset = offset;
    }
}
