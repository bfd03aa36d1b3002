using System.Text.RegularExpressions;
using LmDeploy.Limits;
using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Client.Tests.Contract;

/// <summary>
/// Comments of the contract, comments of the public settings and pages state defaults and ranges in words: they have to be those of the constants.
/// </summary>
public sealed class StatedNumbersTests
{
    private const string Generation = "proto/lmdeploy/v1/generation.proto";
    private const string Engine = "proto/lmdeploy/v1/engine.proto";
    private const string Pipelines = "proto/lmdeploy/v1/pipelines.proto";
    private const string GenerationCode = "src/Client/Generation/GenerationConfig.cs";
    private const string EngineCode = "src/Client/Loading/EngineConfig.cs";
    private const string SupervisionCode = "src/Client/Loading/SupervisionConfig.cs";
    private const string AdmissionCode = "src/Client/Loading/AdmissionConfig.cs";

    public static TheoryData<string, string, string> Comments => new()
    {
        { Generation, "max_new_tokens", $"Default: {GenerationLimits.DefaultMaxNewTokens}." },
        { Generation, "top_p", $"0 to 1. Default: {GenerationLimits.DefaultTopP}." },
        { Generation, "top_k", $"Default: {GenerationLimits.DefaultTopK}." },
        { Generation, "min_p", $"0 to 1. Default: {GenerationLimits.DefaultMinP}." },
        { Generation, "temperature", $"0 to {GenerationLimits.MostTemperature}. Default: {GenerationLimits.DefaultTemperature}." },
        { Generation, "repetition_penalty", $"More than 0. Default: {GenerationLimits.DefaultRepetitionPenalty}." },
        { Generation, "logprobs", $"at most {GenerationLimits.MostLogprobs}." },
        { Generation, "prompt_candidates", $"at most {GenerationLimits.MostLogprobs}." },
        { Generation, "presence_penalty", Symmetric(GenerationLimits.MostPenalty) },
        { Generation, "frequency_penalty", Symmetric(GenerationLimits.MostPenalty) },
        { Generation, "logit_bias", Symmetric(GenerationLimits.MostBias) },
        { GenerationCode, "N", $"1 to {GenerationLimits.MostAnswers}." },
        { GenerationCode, "MaxNewTokens", $"Default: {GenerationLimits.DefaultMaxNewTokens}." },
        { GenerationCode, "TopP", $"0 to 1. Default: {GenerationLimits.DefaultTopP}," },
        { GenerationCode, "TopK", $"Default: {GenerationLimits.DefaultTopK}." },
        { GenerationCode, "MinP", $"0 to 1. Default: {GenerationLimits.DefaultMinP}," },
        { GenerationCode, "Temperature", $"0 to {GenerationLimits.MostTemperature}. Default: {GenerationLimits.DefaultTemperature}." },
        { GenerationCode, "RepetitionPenalty", $"more than 0. Default: {GenerationLimits.DefaultRepetitionPenalty}," },
        { GenerationCode, "PresencePenalty", Symmetric(GenerationLimits.MostPenalty) },
        { GenerationCode, "FrequencyPenalty", Symmetric(GenerationLimits.MostPenalty) },
        { GenerationCode, "LogitBias", Symmetric(GenerationLimits.MostBias) },
        { GenerationCode, "Logprobs", $"0 to {GenerationLimits.MostLogprobs}." },
        { Engine, "max_batch_size", $"Default: {EngineDefaults.MaxBatchSize}." },
        {
            Engine,
            "max_prefill_token_num",
            $"Default: {EngineDefaults.CudaPrefillTokens} on CUDA; on a CPU {EngineDefaults.CpuPrefillTokens}, "
                + $"of one prompt {EngineDefaults.CpuPromptPrefillTokens}."
        },
        { Engine, "cache_block_seq_len", $"Default: {EngineDefaults.CacheBlockSeqLen}." },
        { Engine, "cache_max_entry_count", $"Default: {EngineDefaults.CacheMaxEntryCount}." },
        { Engine, "threads", $"1 to {EngineDefaults.MostThreads}." },
        {
            Pipelines,
            "load_timeout",
            $"{Words(EngineDefaults.ShortestTime)} to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.LoadTimeout)}."
        },
        { Pipelines, "stop_grace", $"0 to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.StopGrace)}." },
        { Pipelines, "max_restarts", $"0 to {EngineDefaults.MostRestarts};" },
        { Pipelines, "max_restarts", $"Default: {EngineDefaults.MaxRestarts}." },
        {
            Pipelines,
            "restart_window",
            $"{Words(EngineDefaults.ShortestTime)} to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.RestartWindow)}."
        },
        {
            Pipelines,
            "hang_timeout",
            $"{Words(EngineDefaults.ShortestHangTimeout)} to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.HangTimeout)}."
        },
        { Pipelines, "memory_limit_bytes", $"at least {EngineDefaults.LeastMemoryLimit}." },
        { Pipelines, "timeout", $"0 to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.AdmissionTimeout)}." },
        { Pipelines, "poison_ttl", $"0 to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.PoisonTtl)}." },
        { Engine, "max_queue_len", $"Default: {EngineDefaults.MaxQueueLen}." },
        { EngineCode, "MaxBatchSize", $"which is {EngineDefaults.MaxBatchSize}." },
        {
            EngineCode,
            "MaxPrefillTokenNum",
            $"which is {EngineDefaults.CudaPrefillTokens} on CUDA and on a CPU {EngineDefaults.CpuPrefillTokens}, "
                + $"of one prompt {EngineDefaults.CpuPromptPrefillTokens}:"
        },
        { EngineCode, "MaxQueueLen", $"Default: {EngineDefaults.MaxQueueLen}." },
        { EngineCode, "CacheBlockSeqLen", $"Default: {EngineDefaults.CacheBlockSeqLen}." },
        { EngineCode, "CacheMaxEntryCount", $"Default: {EngineDefaults.CacheMaxEntryCount}." },
        { EngineCode, "Threads", $"1 to {EngineDefaults.MostThreads}." },
        {
            SupervisionCode,
            "LoadTimeout",
            $"{Words(EngineDefaults.ShortestTime)} to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.LoadTimeout)}."
        },
        { SupervisionCode, "StopGrace", $"0 to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.StopGrace)}." },
        { SupervisionCode, "MaxRestarts", $"0 to {EngineDefaults.MostRestarts};" },
        { SupervisionCode, "MaxRestarts", $"Default: {EngineDefaults.MaxRestarts}." },
        {
            SupervisionCode,
            "RestartWindow",
            $"{Words(EngineDefaults.ShortestTime)} to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.RestartWindow)}."
        },
        { SupervisionCode, "HangTimeout", $"{Words(EngineDefaults.ShortestHangTimeout)} to {Words(EngineDefaults.LongestTime)}, or" },
        { SupervisionCode, "HangTimeout", $"Default: {Words(EngineDefaults.HangTimeout)}." },
        { AdmissionCode, "MemoryLimit", $"at least {EngineDefaults.LeastMemoryLimit >> 20} MiB;" },
        { AdmissionCode, "Timeout", $"0 to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.AdmissionTimeout)}." },
        { SupervisionCode, "PoisonTtl", $"0 to {Words(EngineDefaults.LongestTime)}. Default: {Words(EngineDefaults.PoisonTtl)}." },
    };

    public static TheoryData<string, string, string> Pages => new()
    {
        { "serving.md", "| `temperature`", $"0 to {GenerationLimits.MostTemperature};" },
        { "serving.md", "| `top_p`", $"else {GenerationLimits.DefaultTopP} |" },
        { "serving.md", "| `top_k`", $"else {GenerationLimits.DefaultTopK} |" },
        { "serving.md", "| `min_p`", $"else {GenerationLimits.DefaultMinP} |" },
        { "serving.md", "| `presence_penalty`", Symmetric(GenerationLimits.MostPenalty) },
        { "serving.md", "| `repetition_penalty`", $"else {GenerationLimits.DefaultRepetitionPenalty} |" },
        { "serving.md", "| `logit_bias`", Symmetric(GenerationLimits.MostBias) },
        { "serving.md", "| `n` |", $"1 to {GenerationLimits.MostAnswers} |" },
        { "cli.md", "| `--max-new-tokens`, `--min", $"| {GenerationLimits.DefaultMaxNewTokens} and" },
        {
            "cli.md",
            "| `--temperature`",
            $"{GenerationLimits.DefaultTemperature}, {GenerationLimits.DefaultTopP}, {GenerationLimits.DefaultTopK}, {GenerationLimits.DefaultMinP} |"
        },
        { "cli.md", "| `--repetition-penalty`", $"else {GenerationLimits.DefaultRepetitionPenalty};" },
        { "migrating-from-lmdeploy.md", "| `max_new_tokens`", $"| {GenerationLimits.DefaultMaxNewTokens}," },
        {
            "migrating-from-lmdeploy.md",
            "| `top_p`",
            $"| {GenerationLimits.DefaultTopP}, {GenerationLimits.DefaultTopK}, {GenerationLimits.DefaultMinP}, {GenerationLimits.DefaultTemperature} |"
        },
        { "migrating-from-lmdeploy.md", "| `repetition_penalty`", $"| {GenerationLimits.DefaultRepetitionPenalty} |" },
        { "migrating-from-lmdeploy.md", "| `cache_max_entry_count`", $"| {EngineDefaults.CacheMaxEntryCount} of" },
        { "migrating-from-lmdeploy.md", "| `cache_block_seq_len`", $"| {EngineDefaults.CacheBlockSeqLen} |" },
        { "reliability.md", "`StopGrace` (", $"`StopGrace` ({Words(EngineDefaults.StopGrace)})" },
        { "reliability.md", "`HangTimeout` (", $"`HangTimeout` ({Words(EngineDefaults.HangTimeout)}; {Words(EngineDefaults.ShortestHangTimeout)} to" },
        {
            "reliability.md",
            "- `MaxRestarts` deaths",
            $"(default {EngineDefaults.MaxRestarts}, 0 for none) within `RestartWindow` (default {Words(EngineDefaults.RestartWindow)})"
        },
        { "reliability.md", "`PoisonTtl` (", $"`PoisonTtl` ({Words(EngineDefaults.PoisonTtl)};" },
    };

    [Theory]
    [MemberData(nameof(Comments))]
    public void Comment_StatesTheConstant(string file, string member, string statement) => CommentOf(file, member).ShouldContain(statement, Case.Sensitive);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_StatesTheConstant(string page, string place, string statement)
        => File.ReadLines(Checkout.File("docs", page)).Where(line => line.Contains(place, StringComparison.Ordinal)).ShouldContain(
            line => line.Contains(statement), $"{page}: {statement}");

    /// <summary>The comment above the declaration of a field or property, in one line.</summary>
    private static string CommentOf(string file, string member)
    {
        var lines = File.ReadAllLines(Checkout.File(file));
        var declaration = new Regex($@"^\s*(public|optional|double|int32|map|google)\b.* {member}(\s|$)");
        var at = Array.FindIndex(lines, declaration.IsMatch);
        at.ShouldBeGreaterThan(0, $"{file} declares {member}");
        var comment = lines[..at].Reverse().TakeWhile(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal)).Reverse();
        return string.Join(' ', comment.Select(line => line.TrimStart(' ', '/')));
    }

    private static string Symmetric(double most) => $"-{most} to {most}";

    private static string Words(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => $"{time.TotalHours} hours",
        { TotalMinutes: 1 } => "1 minute",
        { TotalMinutes: > 1 } => $"{time.TotalMinutes} minutes",
        { TotalSeconds: >= 1 } => $"{time.TotalSeconds} s",
        _ => $"{time.TotalMilliseconds} ms",
    };
}
