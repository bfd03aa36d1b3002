namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>Applies its steps one after the other; without steps it leaves the text alone.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<INormalizer> steps) : INormalizer
{
    public string Normalize(string text, long mostBytes) =>
        steps.Aggregate(text, (current, step) => NormalizedSize.Check(step.Normalize(current, mostBytes), mostBytes));
}
