namespace LmDeploy.Models.Specs;

/// <summary>
/// The layers that make one score of a hidden state, in place of those over the vocabulary: products one after the other, with ReLU between them.
/// </summary>
/// <param name="Layers">What the products are called; the last one has a single output.</param>
/// <param name="Bias">Whether each product has a bias.</param>
/// <param name="Padding">Tokens at the end of an input that do not count.</param>
internal sealed record ScoreHeadSpec(IReadOnlyList<string> Layers, bool Bias, IReadOnlyList<int> Padding);
