using LmDeploy.Cli.Output;
using LmDeploy.Hub;

namespace LmDeploy.Cli.Hosting;

/// <summary>The environment of the commands.</summary>
/// <param name="Terminal">Where they print.</param>
/// <param name="Supervisor">Who runs models.</param>
/// <param name="FindSupervisorAsync">The supervisor if it runs; starts none.</param>
/// <param name="Interruption">What SIGINT does.</param>
/// <param name="Time">How they measure.</param>
internal sealed record CliHost(
    Terminal Terminal, Supervisor Supervisor, Func<CancellationToken, Task<Supervisor?>> FindSupervisorAsync, Interruption Interruption, TimeProvider Time)
{
    /// <summary>Starts a supervisor that ends when it is disposed.</summary>
    public Func<SupervisorOptions, CancellationToken, Task<Supervisor>> StartSupervisorAsync { get; init; } = Supervisor.StartPrivateAsync;

    /// <summary>What is piped into the command.</summary>
    public StandardInput Input { get; init; } = StandardInput.OfProcess;

    public static CliHost Create(Interruption interruption) =>
        new(Terminal.Create(), Supervisor.Shared, Supervisor.FindSharedAsync, interruption, TimeProvider.System);

    /// <summary>Finds a model by its path or name, and downloads it where that is allowed and needed.</summary>
    /// <exception cref="HubException">It is not there.</exception>
    public async Task<ModelSource> LocateAsync(string model, bool mayDownload, CancellationToken cancellationToken)
    {
        var line = new DownloadLine(Terminal, model);
        try
        {
            return await Model.ResolveAsync(model, mayDownload, progress: line, cancellationToken: cancellationToken);
        }
        finally
        {
            line.End();
        }
    }

    /// <summary>Loads a model and reports dequantized weights. Every failure except a missing supervisor is a <see cref="ModelLoadException"/>.</summary>
    public async Task<Pipeline> LoadAsync(string model, EngineConfig config, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        if (model.Length == 0)
        {
            throw new ModelLoadException(LmDeployErrorCodes.ModelNotFound, "The path of the model folder is empty.");
        }

        var line = new DownloadLine(Terminal, model, progress);
        try
        {
            var pipeline = await Pipeline.CreateAsync(model, config, Supervisor, line, cancellationToken);
            if (pipeline.Model.IsDequantized)
            {
                await Terminal.Error.WriteLineAsync(
                    $"weights: {pipeline.Model.Weights}, in {Units.Reading(pipeline.Model.WeightTime, pipeline.Model.ReadBytesPerSecond)}");
            }

            return pipeline;
        }
        catch (WorkerCrashedException e)
        {
            throw new ModelLoadException(e.Code, e.Message, e.Subject, e);
        }
        finally
        {
            line.End();
        }
    }
}
