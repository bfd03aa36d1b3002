using LmDeploy.Words;

namespace LmDeploy.Cli.Output;

/// <summary>What is found in a model folder, for people. What is not known has no line.</summary>
internal static class InspectionListing
{
    public static void Write(Terminal terminal, ModelInspection inspection)
    {
        Listing.Write(terminal, ["MODEL", inspection.Model], [.. Lines(inspection)]);
        if (inspection.Parts.Count > 0)
        {
            Listing.Write(terminal, ["PART", "COUNT", "RUNS IN", "WHY"], inspection.Parts.Select(ToRow));
        }
    }

    private static IEnumerable<string[]> Lines(ModelInspection inspection)
    {
        if (inspection.Architecture.Length > 0)
        {
            yield return [
                "architecture",
                Units.Format($"{inspection.Architecture}, {inspection.Layers} layers of {inspection.HiddenSize}, {inspection.VocabSize} tokens"),
            ];
            yield return ["context", Context(inspection)];
        }

        if (inspection.Weights.Length > 0)
        {
            yield return ["parameters", Units.Format($"{inspection.Parameters:N0}")];
            yield return ["weights", $"{inspection.Weights} on {EnumWords.Of(inspection.Device)}: {Units.Bytes(inspection.StoredBytes)} stored, "
                + $"{Units.Bytes(inspection.WeightBytes)} loaded"];
            yield return ["cache", $"{Units.Bytes(inspection.CacheBytesPerToken)} per token{State(inspection)}"];
        }

        yield return ["tokenizer", inspection.Tokenizer is { } tokenizer
            ? Units.Format($"{Path.GetFileName(tokenizer.File)}, {tokenizer.VocabSize} ids")
            : "none that can be read"];
        yield return ["chat template", Template(inspection)];
        if (inspection.Memory is { } memory)
        {
            yield return ["memory", $"{Units.Bytes(memory.LeastBytes)} at least, {Units.Bytes(memory.MostBytes)} at most"];
            yield return ["fits", Fits(memory)];
        }

        yield return ["can be served", inspection.CanBeServed ? "yes" : "no"];
    }

    private static string Context(ModelInspection inspection) => inspection.SessionLen == inspection.LongestContext || inspection.SessionLen == 0
        ? Units.Format($"{inspection.LongestContext} tokens")
        : Units.Format($"{inspection.SessionLen} tokens of {inspection.LongestContext}");

    private static string State(ModelInspection inspection) =>
        inspection.StateBytesPerSequence > 0 ? $", {Units.Bytes(inspection.StateBytesPerSequence)} per sequence" : "";

    private static string Template(ModelInspection inspection) => inspection.ChatTemplate switch
    {
        { Problem: { } problem } => $"does not render: {problem.Message}",
        not null => "renders",
        null => "none",
    };

    private static string Fits(MemoryFit memory) => memory switch
    {
        { Device.Length: 0 } => "not known: the memory of no device can be read",
        { FitsNow: true } => $"now: {Of(memory)}",
        _ when memory.LeastBytes <= memory.TotalBytes => $"once memory is freed: {Of(memory)}",
        _ => $"never: {Of(memory)}",
    };

    private static string Of(MemoryFit memory) => $"{Units.Bytes(memory.FreeBytes)} of {Units.Bytes(memory.TotalBytes)} are free on {memory.Device}";

    private static string[] ToRow(PartForm part) =>
        [part.Part, Units.Format($"{part.Count}"), part.Form == ComputeForm.Unknown ? "not known" : EnumWords.Of(part.Form), part.Reason];
}
