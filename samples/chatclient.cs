#:project ../src/Client/LmDeploy.Client.csproj
#:package Microsoft.Extensions.AI
#:property PublishAot=false

// A pipeline as an IChatClient: the model calls a function, UseFunctionInvocation runs it, and the model says what came of it.
using System.ComponentModel;
using LmDeploy;
using Microsoft.Extensions.AI;

await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("cairn"));
var weather = AIFunctionFactory.Create(
    ([Description("The name of the city.")] string city) =>
    {
        Console.WriteLine($"called with {city}");
        return "-3 degrees, snowy";
    },
    "get_weather",
    "Tells the weather of a city.");

using var client = new ChatClientBuilder(pipe.AsIChatClient()).UseFunctionInvocation().Build();
var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 200, Tools = [weather] };
var response = await client.GetResponseAsync("What is the weather in Oslo?", options);
foreach (var message in response.Messages)
{
    Console.WriteLine($"{message.Role}: {string.Join(", ", message.Contents.Select(Show))}");
}

Console.WriteLine($"{response.Usage?.TotalTokenCount} tokens in all, ended by {response.FinishReason}");

static string Show(AIContent content) => content switch
{
    TextReasoningContent thought => $"(thinks: {thought.Text.Trim()})",
    FunctionCallContent call => $"calls {call.Name}",
    FunctionResultContent result => $"the result is {result.Result}",
    _ => $"{content}",
};
