using LmDeploy.Words;

namespace LmDeploy.Inspection;

/// <summary>Reads what a supervisor says of a model folder.</summary>
internal static class InspectionWire
{
    public static ModelInspection ToInspection(this V1.ModelInspection wire) => new()
    {
        Model = wire.Model,
        Problems = [.. wire.Problems.Select(ToProblem)],
        Architecture = wire.Architecture,
        Layers = wire.Layers,
        HiddenSize = wire.HiddenSize,
        VocabSize = wire.VocabSize,
        LongestContext = wire.LongestContext,
        SessionLen = wire.SessionLen,
        Dtype = wire.Dtype == V1.EngineDtype.Unspecified ? null : EnumWords.To<EngineDtype>(wire.Dtype),
        Device = EnumWords.To<EngineDevice>(wire.Device),
        CacheBytesPerToken = wire.CacheBytesPerToken,
        StateBytesPerSequence = wire.StateBytesPerSequence,
        Parameters = wire.Parameters,
        Weights = wire.Weights,
        StoredBytes = wire.StoredBytes,
        WeightBytes = wire.WeightBytes,
        Tokenizer = wire.Tokenizer is { } tokenizer ? new TokenizerInspection { File = tokenizer.File, VocabSize = tokenizer.VocabSize } : null,
        ChatTemplate = wire.ChatTemplate is { } template ? ToTemplate(template) : null,
        Parts = [.. wire.Parts.Select(ToPart)],
        Memory = wire.Memory is { } memory ? ToFit(memory) : null,
    };

    private static InspectionProblem ToProblem(V1.Error error) => new() { Code = error.Code, Message = error.Message, Subject = error.Subject };

    private static ChatTemplateInspection ToTemplate(V1.ChatTemplateInspection wire) => wire.Problem is { } problem
        ? new ChatTemplateInspection { Problem = ToProblem(problem) }
        : new ChatTemplateInspection { Rendered = wire.Rendered };

    private static PartForm ToPart(V1.PartForm wire) => new()
    {
        Part = wire.Part,
        Count = wire.Count,
        Form = EnumWords.To<ComputeForm>(wire.Form),
        Reason = wire.Reason,
    };

    private static MemoryFit ToFit(V1.MemoryFit wire) => new()
    {
        Device = wire.Device,
        TotalBytes = wire.TotalBytes,
        FreeBytes = wire.FreeBytes,
        FixedBytes = wire.FixedBytes,
        LeastBytes = wire.LeastBytes,
        MostBytes = wire.MostBytes,
        FitsNow = wire.FitsNow,
    };
}
