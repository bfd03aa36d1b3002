using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LmDeploy.Evaluation.Comparison.Journal;

namespace LmDeploy.Evaluation.Tests.Comparison;

public sealed class JournalNamesTests
{
    private static readonly JsonSerializerOptions _json = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { JournalNames.Keep } },
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    [Fact]
    public void Failures_HaveTheNamesOfFilesBefore()
    {
        var failure = new WorkerFailure { Activity = WorkerActivity.Serving, Lifetime = TimeSpan.FromSeconds(2), Time = DateTimeOffset.UnixEpoch };

        var json = JsonSerializer.SerializeToElement(failure, _json);

        string[] names = [.. json.EnumerateObject().Select(property => property.Name)];
        names.Intersect(["during", "lived", "when", "activity", "lifetime", "time"]).ShouldBe(["during", "lived", "when"], ignoreOrder: true);
        json.Deserialize<WorkerFailure>(_json).ShouldBe(failure);
    }
}
