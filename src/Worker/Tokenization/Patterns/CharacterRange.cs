namespace LmDeploy.Worker.Tokenization.Patterns;

/// <summary>BMP characters from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct CharacterRange(char First, char Last)
{
    public bool Contains(char c) => c >= First && c <= Last;
}
