namespace LmDeploy.Engine.Decoders;

/// <summary>What one part of a decoder says to the question for its kernel form.</summary>
/// <param name="Part">For example <c>attention</c>.</param>
/// <param name="WhyNot">Why it has none; null where it has one.</param>
internal sealed record PartAnswer(string Part, string? WhyNot)
{
    /// <summary>The answer that <see cref="Lowering{TForm}"/> carries; null for a part that is missing.</summary>
    public static PartAnswer? Of<TForm>(string part, Lowering<TForm>? lowering) => lowering is null ? null : new PartAnswer(part, lowering.WhyNot);
}
