using LmDeploy.V1;

namespace LmDeploy.Worker.Hosting;

/// <summary>The worker's command line, as its supervisor writes it.</summary>
internal sealed record WorkerOptions
{
    public const string Usage = "usage: lmdeploy-worker --socket PATH --ready PATH --flight PATH --parent PID --token-hash HASH (started by "
        + "lmdeploy-supervisor), or lmdeploy-worker --self-test-libtorch FOLDER, or lmdeploy-worker --self-test-kernels FOLDER";

    /// <summary>Where to serve.</summary>
    public string Socket { get; private init; } = "";

    /// <summary>The supervisor's socket to connect to once this worker serves.</summary>
    public string Ready { get; private init; } = "";

    /// <summary>The flight record to write to.</summary>
    public string Flight { get; private init; } = "";

    /// <summary>The process this worker may not outlive.</summary>
    public int Parent { get; private init; }

    /// <summary>What the supervisor recognises this process by; means nothing to the worker itself.</summary>
    public string TokenHash { get; private init; } = "";

    /// <summary>A libtorch to test instead of serving; empty for none.</summary>
    public string SelfTestLibTorch { get; private init; } = "";

    /// <summary>A libtorch to test the kernels with instead of serving; empty for none.</summary>
    public string SelfTestKernels { get; private init; } = "";

    /// <returns>Null when the arguments are not understood.</returns>
    public static WorkerOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new WorkerOptions();
        if (arguments.Count % 2 != 0)
        {
            return null;
        }

        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--socket":
                    options = options with { Socket = value };
                    break;
                case "--ready":
                    options = options with { Ready = value };
                    break;
                case "--flight":
                    options = options with { Flight = value };
                    break;
                case "--parent" when int.TryParse(value, out var parent):
                    options = options with { Parent = parent };
                    break;
                case WorkerRecord.Option:
                    options = options with { TokenHash = value };
                    break;
                case "--self-test-libtorch":
                    options = options with { SelfTestLibTorch = value };
                    break;
                case "--self-test-kernels":
                    options = options with { SelfTestKernels = value };
                    break;
                default:
                    return null;
            }
        }

        return options.SelfTestLibTorch.Length > 0
            || options.SelfTestKernels.Length > 0
            || options is { Socket.Length: > 0, Ready.Length: > 0, Flight.Length: > 0, Parent: > 0 } ? options : null;
    }
}
