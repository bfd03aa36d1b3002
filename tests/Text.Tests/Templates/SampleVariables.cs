namespace LmDeploy.Text.Tests.Templates;

/// <summary>The variables that the language tests render with.</summary>
internal static class SampleVariables
{
    public const string Json = """
        {
          "name": "World",
          "items": [1, 2, 3],
          "words": ["b", "A", "c"],
          "empty": [],
          "none": null,
          "yes": true,
          "no": false,
          "n": 7,
          "f": 2.5,
          "text": "Hello, World",
          "emoji": "a\ud83d\udc69\u200d\ud83d\udc69b\u4e2d\u00e9",
          "d": {"b": 1, "a": {"x": [1, {"y": null}]}, "items": "own"},
          "users": [{"name": "Bob", "age": 30, "tags": ["x"]}, {"name": "alice", "age": 25, "tags": []}, {"name": "Carl", "age": 30}],
          "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U1"},
                       {"role": "assistant", "content": "A1"}, {"role": "user", "content": "U2"}],
          "tree": [{"v": 1, "c": [{"v": 2, "c": [{"v": 3, "c": []}]}, {"v": 4, "c": []}]}, {"v": 5, "c": []}],
          "html": "<a href=\"x\">&'</a>",
          "lines": "one\ntwo\n\nthree"
        }
        """;
}
