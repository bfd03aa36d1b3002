using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>A part of the text that the model sees on its own.</summary>
/// <param name="AtStart">Whether it begins where the whole text begins.</param>
internal readonly record struct Piece(ReadOnlyMemory<char> Text, bool AtStart)
{
    public Piece Slice(TextRange range) => new(Text[range.Start..range.End], AtStart && range.Start == 0);
}
