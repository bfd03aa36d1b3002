using System.Reflection;
using LmDeploy.Supervisor.Logging;
using Microsoft.Extensions.Logging;

namespace LmDeploy.Supervisor.Tests.Logging;

public sealed class EventIdsTests
{
    private static readonly Dictionary<string, int> Ids = typeof(EventIds).GetFields()
        .ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);

    [Fact]
    public void Ids_AreUnique() => Ids.Values.ShouldBeUnique();

    [Fact]
    public void Messages_HaveTheIdOfTheirName()
    {
        var messages = typeof(EventIds).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .ToList();

        messages.Select(message => (message.EventName, message.EventId)).ShouldBe(Ids.Select(id => ((string?)id.Key, id.Value)), ignoreOrder: true);
    }
}
