#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// An answer as it comes, token by token.
using System.Diagnostics;
using LmDeploy;

await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("boulder"));
var config = new GenerationConfig { MaxNewTokens = 24 };
var clock = Stopwatch.StartNew();
Response? whole = null;
await foreach (var chunk in pipe.StreamInferAsync("Reverse the word horse.", config))
{
    if (whole is null)
    {
        Console.WriteLine($"first token after {clock.Elapsed.TotalMilliseconds:F1} ms");
    }

    Console.Write(chunk.Text);
    whole = whole?.Extend(chunk) ?? chunk;
}

Console.WriteLine();
Console.WriteLine($"{whole!.GenerateTokenLen} tokens, ended by {whole.FinishReason}");
