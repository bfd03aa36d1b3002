namespace LmDeploy.Worker.Tokenization.Patterns;

/// <summary>A .NET expression and the characters that it names one by one or by range, rather than by category.</summary>
internal sealed record Translation(string Expression, IReadOnlyList<CharacterRange> NamedCharacters);
