using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

/// <summary>Generate calls to fake workers.</summary>
internal static class Generating
{
    public static GenerateRequest Ask(this Holder holder, params string[] texts) =>
        new() { Key = holder.Ready.Key, Prompts = { texts.Select(text => new Prompt { Text = text }) } };

    /// <summary>All events of a call, which has to end well.</summary>
    public static async Task<List<GenerationEvent>> CollectAsync(this RealSupervisor supervisor, GenerateRequest request)
    {
        using var call = supervisor.Pipelines.Generate(request);
        var events = new List<GenerationEvent>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            events.Add(call.ResponseStream.Current);
        }

        return events;
    }

    /// <summary>The text of one prompt, after checking that it began and ended once.</summary>
    public static string TextOf(this IEnumerable<GenerationEvent> events, int index)
    {
        var own = events.Where(e => e.Index == index).ToList();
        own.Count(e => e.Started is not null).ShouldBe(1);
        own.Count(e => e.Finished is not null).ShouldBe(1);
        own[^1].Finished.ShouldNotBeNull();
        return string.Join(' ', own.Where(e => e.Delta is not null).Select(e => e.Delta.Text));
    }

    /// <summary>The error that one prompt ended with; null when it ended well.</summary>
    public static Error? ErrorOf(this IEnumerable<GenerationEvent> events, int index) =>
        events.Single(e => e.Index == index && e.Finished is not null).Finished.Error;
}
