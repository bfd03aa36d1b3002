using System.Threading.Channels;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.V1;

namespace LmDeploy.Worker.Rehearsals;

/// <summary>
/// JIT warm-up: answers a prompt with a tiny random model on the CPU before a model is loaded. So .NET has compiled most of the code before the first
/// load and the first request. Leaves nothing behind. Thread-safe.
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
            // Failures are ignored here; the same failure is reported when a requested model is loaded.
            return false;
        }
    }
}
