namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>A .NET expression, and how characters outside the BMP are shown to it.</summary>
internal sealed record Translation(string Expression, AstralFolding Folding);
