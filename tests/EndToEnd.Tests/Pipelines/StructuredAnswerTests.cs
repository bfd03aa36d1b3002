using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.Tests.Parrots;
using Microsoft.Extensions.AI;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>Values of .NET types whose schemas have references, unions, formats and ranges, from a model that says what it is told.</summary>
public sealed class StructuredAnswerTests : IAsyncLifetime
{
    private readonly Sandbox _sandbox = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("structured");
    private readonly Parrot _parrot = new([], []);
    private readonly Dictionary<string, string> _questions = [];
    private Supervisor _supervisor = null!;
    private Pipeline _pipe = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var json in (string[])
        [
            """{"value":true,"next":{"value":false,"next":null,"kids":[]},"kids":[{"value":true,"next":null,"kids":[]}]}""",
            """{"address":"https://example.org/a?b=c"}""",
            """{"animal":{"$type":"dog","barks":true,"small":false}}""",
            """{"part":0.75}""",
            """{"at":"02:25:54"}""",
        ])
        {
            _questions.Add(json, _parrot.Say(json));
        }

        _parrot.Write(_folder.FullName);
        _supervisor = _sandbox.StartSupervisor();
        _pipe = await Pipeline.CreateAsync(_folder.FullName, supervisor: _supervisor);
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task TypesOfDotNet_AreReadBack()
    {
        var node = await AskAsync<Node>("""{"value":true,"next":{"value":false,"next":null,"kids":[]},"kids":[{"value":true,"next":null,"kids":[]}]}""");
        node.Next.ShouldNotBeNull().Value.ShouldBeFalse();
        node.Kids.ShouldHaveSingleItem().Value.ShouldBeTrue();
        (await AskAsync<Link>("""{"address":"https://example.org/a?b=c"}""")).Address.ShouldBe(new Uri("https://example.org/a?b=c"));
        (await AskAsync<Pet>("""{"animal":{"$type":"dog","barks":true,"small":false}}""")).Animal.ShouldBe(new Dog(Small: false, Barks: true));
        (await AskAsync<Share>("""{"part":0.75}""")).Part.ShouldBe(0.75);
        (await AskAsync<Alarm>("""{"at":"02:25:54"}""")).At.ShouldBe(new TimeOnly(2, 25, 54));
    }

    private async Task<T> AskAsync<T>(string json)
    {
        var answer = await _pipe
            .AsIChatClient()
            .GetResponseAsync<T>(_questions[json], options: new ChatOptions { Temperature = 0 }, useJsonSchemaResponseFormat: true);
        return answer.TryGetResult(out var result) ? result : throw new InvalidDataException($"{typeof(T).Name}: {answer.Text}");
    }

    private sealed record Node(bool Value, Node? Next, List<Node> Kids);

    private sealed record Link(Uri Address);

    [JsonDerivedType(typeof(Cat), "cat")]
    [JsonDerivedType(typeof(Dog), "dog")]
    private record Animal(bool Small);

    private sealed record Cat(bool Small, bool Purrs) : Animal(Small);

    private sealed record Dog(bool Small, bool Barks) : Animal(Small);

    private sealed record Pet(Animal Animal);

    private sealed record Share([property: Range(0.5, 1.5)] double Part);

    private sealed record Alarm(TimeOnly At);
}
