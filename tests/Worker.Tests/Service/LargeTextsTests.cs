using LmDeploy.Limits;
using LmDeploy.V1;
using LmDeploy.Worker.Service;

namespace LmDeploy.Worker.Tests.Service;

public sealed class LargeTextsTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly LargeTexts _texts = new();
    private readonly ManualResetEventSlim _isOver = new();

    public void Dispose()
    {
        _isOver.Dispose();
        _texts.Dispose();
    }

    [Fact]
    public async Task LargeOnes_TakeTurns_AndSmallOnesDoNotWait()
    {
        var begun = new TaskCompletionSource();
        var first = Task.Run(() => TakeTurnAsync(TextLimits.SmallBytes, () =>
        {
            begun.SetResult();
            _isOver.Wait();
            return 1;
        }));
        await begun.Task.WaitAsync(Deadline);

        var second = TakeTurnAsync(TextLimits.SmallBytes, () => 2);
        using var impatient = new CancellationTokenSource();
        var third = TakeTurnAsync(TextLimits.SmallBytes, () => 3, impatient.Token);
        await impatient.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => third.WaitAsync(Deadline));
        (await TakeTurnAsync(100, () => 4).WaitAsync(Deadline)).ShouldBe(4);
        second.IsCompleted.ShouldBeFalse();
        _isOver.Set();
        (await first.WaitAsync(Deadline)).ShouldBe(1);
        (await second.WaitAsync(Deadline)).ShouldBe(2);
    }

    [Fact]
    public async Task OneThatFails_EndsItsTurn()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => TakeTurnAsync<int>(TextLimits.SmallBytes, () => throw new InvalidOperationException()));
        (await TakeTurnAsync(TextLimits.SmallBytes, () => 1).WaitAsync(Deadline)).ShouldBe(1);
    }

    private Task<T> TakeTurnAsync<T>(int characters, Func<T> compute, CancellationToken cancellationToken = default) =>
        _texts.TakeTurnAsync(new TokenizeRequest { Prompts = { new Prompt { Text = new string('a', characters) } } }, compute, cancellationToken);
}
