namespace LmDeploy.Engine.Decoders;

/// <summary>
/// A part's answer to the question for its kernel form: the form, or the reason why it has none. Query expressions (<c>from</c>, <c>select</c>)
/// combine the answers of several parts. The first refusal is the combined answer, and later parts are not asked.
/// </summary>
internal sealed class Lowering<TForm>(TForm? form, string? whyNot)
{
    /// <summary>Names the part and the setting; null where there is a kernel form.</summary>
    public string? WhyNot => whyNot;

    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TForm Form => whyNot is null ? form! : throw new InvalidOperationException($"There is no kernel form: {whyNot}.");

    public Lowering<TResult> Select<TResult>(Func<TForm, TResult> next) => whyNot is null ? Lowering.To(next(form!)) : Lowering.Refuse<TResult>(whyNot);

    public Lowering<TResult> SelectMany<TNext, TResult>(Func<TForm, Lowering<TNext>> next, Func<TForm, TNext, TResult> join) =>
        whyNot is null ? next(form!).Select(other => join(form!, other)) : Lowering.Refuse<TResult>(whyNot);
}
