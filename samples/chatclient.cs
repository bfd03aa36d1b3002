#:project ../src/Client/LmDeploy.Client.csproj
#:package Microsoft.Extensions.AI
#:property PublishAot=false

// A pipeline as an IChatClient whose tool calls are made by UseFunctionInvocation.
using System.ComponentModel.DataAnnotations;
using LmDeploy;
using Microsoft.Extensions.AI;

await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("boulder"));
var calls = 0;
var add = AIFunctionFactory.Create(
    ([Range(0, 9)] int a, [Range(0, 9)] int b) =>
    {
        Console.WriteLine($"call {++calls}: add({a}, {b})");
        return a + b;
    },
    "add",
    "Adds two numbers.");

using var client = new ChatClientBuilder(pipe.AsIChatClient()).UseFunctionInvocation().Build();

// The sample models do not know tools: the first answer is held to the shape of a call. A model that does needs no ToolMode.
var options = new ChatOptions { Temperature = 0, MaxOutputTokens = 64, Tools = [add], ToolMode = ChatToolMode.RequireSpecific("add") };
var response = await client.GetResponseAsync("What is 2 + 5?", options);
foreach (var message in response.Messages)
{
    Console.WriteLine($"{message.Role}: {string.Join(", ", message.Contents.Select(Show))}");
}

Console.WriteLine($"{response.Usage?.TotalTokenCount} tokens in all, ended by {response.FinishReason}");

static string Show(AIContent content) => content switch
{
    FunctionCallContent call => $"calls {call.Name}",
    FunctionResultContent result => $"the result is {result.Result}",
    _ => $"{content}",
};
