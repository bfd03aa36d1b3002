#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// A conversation that remembers its turns. With a terminal it goes on with what you type.
using LmDeploy;

await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("boulder"));
var session = pipe.StartSession(config: new GenerationConfig { MaxNewTokens = 64 });
foreach (var question in new[] { "What is 25 + 41?", "What is the capital of Ireland?", "Which month comes after June?" })
{
    Console.WriteLine($"> {question}");
    Console.WriteLine((await session.ChatAsync(question)).Text);
}

while (!Console.IsInputRedirected && Console.ReadLine() is { Length: > 0 } line)
{
    await foreach (var chunk in session.StreamChatAsync(line))
    {
        Console.Write(chunk.Text);
    }

    Console.WriteLine();
}

Console.WriteLine($"{session.History.Count} turns are remembered.");
