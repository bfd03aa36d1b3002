namespace LmDeploy.Engine.Decoders;

/// <summary>Makes the answers of parts to the question for their kernel form.</summary>
internal static class Lowering
{
    public static Lowering<TForm> To<TForm>(TForm form) => new(form, null);

    /// <param name="whyNot">Names the part and the setting: "attention: heads of 12, ...".</param>
    public static Lowering<TForm> Refuse<TForm>(string whyNot) => new(default, whyNot);

    /// <summary>A form, unless there is a reason against it.</summary>
    public static Lowering<TForm> Unless<TForm>(string? whyNot, Func<TForm> form) => whyNot is null ? To(form()) : Refuse<TForm>(whyNot);

    /// <summary>The kernel form of a part that may be missing: null for none.</summary>
    public static Lowering<TForm?> OfAny<TPart, TForm>(TPart? part, Func<TPart, Lowering<TForm>> lower)
        where TPart : class
        where TForm : class => part is null ? To<TForm?>(null) : lower(part).Select(TForm? (form) => form);

    /// <summary>The kernel forms of all, or the first refusal.</summary>
    public static Lowering<IReadOnlyList<TForm>> OfAll<TForm>(IEnumerable<Lowering<TForm>> parts)
    {
        var forms = new List<TForm>();
        foreach (var part in parts)
        {
            if (part.WhyNot is { } reason)
            {
                return Refuse<IReadOnlyList<TForm>>(reason);
            }

            forms.Add(part.Form);
        }

        return To<IReadOnlyList<TForm>>(forms);
    }
}
