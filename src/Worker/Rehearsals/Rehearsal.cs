using System.Threading.Channels;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.V1;

namespace LmDeploy.Worker.Rehearsals;

/// <summary>
/// Answers a prompt with a tiny model of random numbers on the CPU before there is a model, so that most of what the first load and the first request run has
/// run before:
/// the first time .NET has to compile it. It is nobody's request, and nothing of it stays. Thread-safe.
/// </summary>
internal sealed class Rehearsal(LibTorchStart libTorch)
{
    private static readonly EngineConfig Config = new() { Device = EngineDevice.Cpu, LoadFormat = LoadFormat.Dummy, MaxBatchSize = 1 };

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Rehearsals", "Model");

    /// <summary>Whether the prompt was answered, once it is over; false at once where none was begun. Never fails.</summary>
    public Task<bool> Over { get; private set; } = Task.FromResult(false);

    /// <summary>To be called once.</summary>
    public void Begin() => Over = RunAsync();

    private async Task<bool> RunAsync()
    {
        try
        {
            using var model = await TextModel.LoadAsync(Folder, Config, libTorch.Wait, flight: null, (_, _) => { }, CancellationToken.None);
            var events = Channel.CreateUnbounded<GenerationEvent>();
            model.Submit(
                model.Requests.Generation(0, new Prompt { Text = "Hello" }, new GenerationConfig { MaxNewTokens = 2 }, events.Writer, CancellationToken.None));
            GenerationEvent last;
            do
            {
                last = await events.Reader.ReadAsync();
            }
            while (last.Finished is null);

            return last.Finished.Error is null;
        }
        catch (Exception)
        {
            // What is wrong here shows, and is explained, when it is wrong with a model that somebody asked for.
            return false;
        }
    }
}
