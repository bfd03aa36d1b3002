#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// Texts as vectors, and how alike they are.
using LmDeploy;

await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("boulder"));
string[] texts = ["What is the capital of Germany?", "What is the capital of Ireland?", "Take 27 from 66."];
var vectors = await pipe.GetEmbeddingsAsync(texts, new EmbeddingOptions { Pooling = EmbeddingPooling.Mean, Normalize = true });
Console.WriteLine($"{vectors.Count} vectors of {vectors[0].Vector.Length} numbers");
for (var i = 0; i < texts.Length; i++)
{
    var likeness = vectors.Select(other => vectors[i].Vector.ToArray().Zip(other.Vector.ToArray(), (a, b) => a * b).Sum());
    Console.WriteLine($"{string.Join("  ", likeness.Select(cosine => $"{cosine,6:F3}"))}  {texts[i]}");
}
