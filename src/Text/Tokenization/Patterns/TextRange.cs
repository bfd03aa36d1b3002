namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>UTF-16 positions from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
internal readonly record struct TextRange(int Start, int End);
