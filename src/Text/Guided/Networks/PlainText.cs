namespace LmDeploy.Text.Guided.Networks;

/// <summary>What a state knows about texts that are nothing but <see cref="PlainCharacter"/>s.</summary>
/// <param name="Most">All such texts of at most so many characters may follow.</param>
/// <param name="HasOthers">Whether longer ones may, too. Where they may not, texts with other characters remain to be looked at.</param>
internal readonly record struct PlainText(int Most, bool HasOthers);
