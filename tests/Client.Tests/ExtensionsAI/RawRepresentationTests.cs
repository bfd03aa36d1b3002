using LmDeploy.ExtensionsAI;
using Microsoft.Extensions.AI;

namespace LmDeploy.Client.Tests.ExtensionsAI;

public sealed class RawRepresentationTests
{
    [Fact]
    public async Task Config_IsTheBaseOfTheOptions()
    {
        var raw = new GenerationConfig { TopK = 7, MinP = 0.1, StopWords = ["END"], MaxNewTokens = 9, PresencePenalty = 1, RandomSeed = 3 };
        var config = await MapAsync(new ChatOptions { RawRepresentationFactory = _ => raw, TopK = 2, StopSequences = ["."], MaxOutputTokens = 5 });
        config.ShouldBe(raw with { TopK = 2, StopWords = ["END", "."], MaxNewTokens = 5 });
        (await MapAsync(new ChatOptions { RawRepresentationFactory = _ => raw })).ShouldBe(raw);
    }

    [Fact]
    public async Task Null_IsAsNone()
        => (await MapAsync(new ChatOptions { RawRepresentationFactory = _ => null })).ShouldBe(await MapAsync(new ChatOptions()));

    [Fact]
    public async Task AnythingElse_IsRefused()
    {
        (await Should.ThrowAsync<NotSupportedException>(() => MapAsync(new ChatOptions { RawRepresentationFactory = _ => "text" })))
            .Message.ShouldBe("ChatOptions.RawRepresentationFactory made a String; it must make a GenerationConfig or null.");
        (await Should.ThrowAsync<NotSupportedException>(() => MapAsync(new ChatOptions { RawRepresentationFactory = _ => new GenerationConfig { N = 2 } })))
            .Message.ShouldBe("ChatOptions.RawRepresentationFactory: N is 2, but a chat has one answer.");
    }

    private static async Task<GenerationConfig> MapAsync(ChatOptions options)
    {
        await using var chat = await ScriptedChat.SayingAsync("ok");
        var pipeline = (Pipeline)chat.Client.GetService(typeof(Pipeline))!;
        return ChatOptionsMap.ToConfig(pipeline, options, ChatOptionsMap.Raw(chat.Client, options));
    }
}
