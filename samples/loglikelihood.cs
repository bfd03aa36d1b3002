#:project ../src/Client/LmDeploy.Client.csproj
#:property PublishAot=false

// Multiple choice: how probable each answer is, without generating any.
using LmDeploy;

await using var pipe = await Pipeline.CreateAsync(args.Length > 0 ? args[0] : Checkout.Model("boulder"));
(string Question, string[] Choices)[] questions =
[
    ("What is the capital of Germany?", ["Dublin", "Berlin", "Ottawa"]),
    ("Which sound does a dog make?", ["woof", "moo", "meow"]),
];
foreach (var (question, choices) in questions)
{
    var scores = await pipe.GetLogLikelihoodAsync(question, choices);
    Console.WriteLine(question);
    foreach (var (choice, score) in choices.Zip(scores).OrderByDescending(pair => pair.Second.Logprob))
    {
        Console.WriteLine($"  {score.Logprob,8:F3}  {choice}{(score.IsGreedy ? "  (what it would say)" : "")}");
    }
}
