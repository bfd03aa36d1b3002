using System.CommandLine;
using LmDeploy.Cli.Input;
using LmDeploy.Limits;

namespace LmDeploy.Cli.Flags;

/// <summary>The flags that make an <see cref="EngineConfig"/>.</summary>
internal sealed class EngineFlags
{
    private static readonly EngineConfig _defaults = new();

    private readonly Option<EngineDevice> _device = new("--device") { Description = "auto, cpu or cuda. Default: auto." };
    private readonly Option<EngineDtype> _dtype = new("--dtype") { Description = "auto, float32, bfloat16 or float16. Default: auto." };
    private readonly Option<LoadFormat> _loadFormat = new("--load-format")
    {
        Description = "The weights: auto, or dummy for random weights without a checkpoint. Default: auto.",
    };
    private readonly Option<ModelGenerationConfig> _generationConfig = new("--generation-config")
    {
        Description = "The sampling defaults: auto for the model's generation_config.json, or none. Default: auto.",
    };

    private readonly Option<int?> _sessionLen = new("--session-len") { Description = "The longest context in tokens. Default: the model's own." };
    private readonly Option<bool> _allowLongSessionLen = new("--allow-long-session-len")
    {
        Description = "Let --session-len exceed the model's own context length.",
    };
    private readonly Option<int?> _maxBatchSize = new("--max-batch-size")
    {
        Description = $"The batch size: sequences that run at once. Default: {EngineDefaults.MaxBatchSize}.",
    };
    private readonly Option<int?> _maxPrefillTokenNum = new("--max-prefill-token-num")
    {
        Description =
            $"The prefill chunk: prompt tokens in one step. Default: {EngineDefaults.CudaPrefillTokens} on CUDA; {EngineDefaults.CpuPrefillTokens} on a CPU, "
                + $"{EngineDefaults.CpuPromptPrefillTokens} of one prompt.",
    };

    private readonly Option<int?> _cacheBlockSeqLen = new("--cache-block-seq-len")
    {
        Description = $"Tokens in a block of the key-value (KV) cache. Default: {EngineDefaults.CacheBlockSeqLen}.",
    };
    private readonly Option<double?> _cacheMaxEntryCount = new("--cache-max-entry-count")
    {
        Description = $"Share of free memory for the key-value cache; above 1, a number of blocks. Default: {EngineDefaults.CacheMaxEntryCount}.",
    };

    private readonly Option<int?> _maxQueueLen = new("--max-queue-len")
    {
        Description = $"The length of the request queue; further requests fail with queue_full. Default: {EngineDefaults.MaxQueueLen}.",
    };
    private readonly Option<bool> _noPrefixCaching = new("--no-prefix-caching")
    {
        Description = "Disable the prefix cache, which shares common prompt prefixes.",
    };
    private readonly Option<int?> _threads = new("--threads")
    {
        Description = $"CPU threads, at most {EngineDefaults.MostThreads}. Default: the number of cores.",
    };
    private readonly Option<FileInfo?> _chatTemplate = new("--chat-template")
    {
        Description = "A file with a chat template (Jinja) to use instead of the model's own.",
    };
    private readonly Option<double?> _loadTimeout = new("--load-timeout")
    {
        Description = $"The timeout of start and load, in seconds. Default: {EngineDefaults.LoadTimeout.TotalSeconds}.",
    };

    private readonly Option<int?> _maxRestarts = new("--max-restarts")
    {
        Description = $"Restarts of a crashed worker within a minute. Default: {EngineDefaults.MaxRestarts}.",
    };
    private readonly Option<double?> _hangTimeout = new("--hang-timeout")
    {
        Description = $"Kill a worker after this many seconds without progress; 0 for never. Default: {EngineDefaults.HangTimeout.TotalSeconds}.",
    };
    private readonly Option<long?> _memoryLimit = new("--memory-limit")
    {
        Description = $"The most resident memory of a worker, in MiB, at least {EngineDefaults.LeastMemoryLimit >> 20}. Default: no limit.",
    };
    private readonly Option<double?> _admissionTimeout = new("--admission-timeout")
    {
        Description =
            $"The timeout of admission: seconds to wait for memory that other pipelines hold. Default: {EngineDefaults.AdmissionTimeout.TotalSeconds}.",
    };

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _device, _dtype, _loadFormat, _generationConfig, _sessionLen, _allowLongSessionLen, _maxBatchSize, _maxPrefillTokenNum, _cacheBlockSeqLen,
            _cacheMaxEntryCount, _maxQueueLen, _noPrefixCaching, _threads, _chatTemplate, _loadTimeout,
            _maxRestarts, _hangTimeout, _memoryLimit, _admissionTimeout,
        ];
        Array.ForEach(options, command.Options.Add);
    }

    /// <exception cref="UsageException">A value is out of range.</exception>
    public EngineConfig Read(ParseResult result)
    {
        try
        {
            return new EngineConfig
            {
                Device = result.GetValue(_device),
                Dtype = result.GetValue(_dtype),
                LoadFormat = result.GetValue(_loadFormat),
                ModelGenerationConfig = result.GetValue(_generationConfig),
                SessionLen = result.GetValue(_sessionLen),
                AllowLongSessionLen = result.GetValue(_allowLongSessionLen),
                MaxBatchSize = result.GetValue(_maxBatchSize),
                MaxPrefillTokenNum = result.GetValue(_maxPrefillTokenNum),
                CacheBlockSeqLen = result.GetValue(_cacheBlockSeqLen) ?? _defaults.CacheBlockSeqLen,
                CacheMaxEntryCount = result.GetValue(_cacheMaxEntryCount) ?? _defaults.CacheMaxEntryCount,
                MaxQueueLen = result.GetValue(_maxQueueLen) ?? _defaults.MaxQueueLen,
                EnablePrefixCaching = !result.GetValue(_noPrefixCaching),
                Threads = result.GetValue(_threads),
                ChatTemplate = result.GetValue(_chatTemplate) is { } file ? ReadTemplate(file) : null,
                Supervision = ReadSupervision(result),
                Admission = ReadAdmission(result),
            };
        }
        catch (ArgumentException e)
        {
            throw SettingError.OfFlag(e);
        }
    }

    private SupervisionConfig ReadSupervision(ParseResult result) => new()
    {
        LoadTimeout = ReadSeconds(result, _loadTimeout) ?? _defaults.Supervision.LoadTimeout,
        MaxRestarts = result.GetValue(_maxRestarts) ?? _defaults.Supervision.MaxRestarts,
        HangTimeout = ReadSeconds(result, _hangTimeout) ?? _defaults.Supervision.HangTimeout,
    };

    private AdmissionConfig ReadAdmission(ParseResult result)
    {
        const long Least = EngineDefaults.LeastMemoryLimit >> 20, Most = long.MaxValue >> 20;
        if (result.GetValue(_memoryLimit) is { } mebibytes && mebibytes is (< Least or > Most))
        {
            throw new UsageException($"{_memoryLimit.Name} must be {Least} to {Most} MiB, got {mebibytes}.");
        }

        try
        {
            return new AdmissionConfig
            {
                MemoryLimit = result.GetValue(_memoryLimit) << 20,
                Timeout = ReadSeconds(result, _admissionTimeout) ?? _defaults.Admission.Timeout,
            };
        }
        catch (ArgumentException e)
        {
            throw SettingError.OfFlag(e, _admissionTimeout.Name);
        }
    }

    private static TimeSpan? ReadSeconds(ParseResult result, Option<double?> option)
    {
        try
        {
            return result.GetValue(option) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new UsageException($"{option.Name} must be a number of seconds, got {result.GetValue(option)}.", e);
        }
    }

    private static string ReadTemplate(FileInfo file)
        => file.Exists ? File.ReadAllText(file.FullName) : throw new UsageException($"The chat template {file} does not exist.");
}
