namespace LmDeploy.Supervisor.Telemetry;

/// <summary>All names of metrics, spans and attributes: OpenTelemetry's of generative AI (semantic conventions 1.41), and our own.</summary>
internal static class TelemetryNames
{
    /// <summary>Of the meter and of the source of spans.</summary>
    public const string Source = "LmDeploy.Supervisor";

    public const string RequestDuration = "gen_ai.server.request.duration";
    public const string TimeToFirstToken = "gen_ai.server.time_to_first_token";
    public const string TimePerOutputToken = "gen_ai.server.time_per_output_token";
    public const string TokenUsage = "gen_ai.client.token.usage";

    public const string Pipelines = "lmdeploy.pipelines";
    public const string Restarts = "lmdeploy.pipeline.restarts";
    public const string RunningRequests = "lmdeploy.pipeline.running_requests";
    public const string HeldMemory = "lmdeploy.pipeline.memory";
    public const string ReclaimedMemory = "lmdeploy.reclaimed";
    public const string GpuMemory = "lmdeploy.gpu.memory.used";
    public const string GpuMemoryTotal = "lmdeploy.gpu.memory.total";

    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string ResponseModel = "gen_ai.response.model";
    public const string RequestMaxTokens = "gen_ai.request.max_tokens";
    public const string RequestTemperature = "gen_ai.request.temperature";
    public const string RequestTopP = "gen_ai.request.top_p";
    public const string RequestStream = "gen_ai.request.stream";
    public const string UsageInputTokens = "gen_ai.usage.input_tokens";
    public const string UsageOutputTokens = "gen_ai.usage.output_tokens";
    public const string UsageCachedTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string TokenType = "gen_ai.token.type";
    public const string ErrorType = "error.type";
    public const string KeyName = "lmdeploy.key";
    public const string PipelineName = "lmdeploy.pipeline.name";
    public const string PipelineState = "lmdeploy.pipeline.state";
    public const string MemoryKind = "lmdeploy.memory";
    public const string Gpu = "lmdeploy.gpu";

    public const string Provider = "lmdeploy";
    public const string Chat = "chat";
    public const string TextCompletion = "text_completion";
    public const string Embeddings = "embeddings";
    public const string Input = "input";
    public const string Output = "output";
}
