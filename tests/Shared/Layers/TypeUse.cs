namespace LmDeploy.Tests.Layers;

/// <summary>A type that uses another one. Nested and compiler-generated types count as the type that they stand in.</summary>
/// <param name="User">The full name of the type that has the reference.</param>
/// <param name="Used">The full name of the type that it refers to.</param>
internal sealed record TypeUse(string User, string Used);
