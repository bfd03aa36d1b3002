using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Answers are shown as Markdown, whatever a model writes.</summary>
[Collection(SharedBrowser.Name)]
public sealed class MarkdownTests(Chromium chromium)
{
    private const string Everything = """
        # Title #
        Some **bold**, *italic*, ***both***, `a < b`, snake_case_name and 2 * 3
        on two lines. [A link](https://example.org/a_(b) "title") and https://example.org/bare.

        1. one
           - nested
           - **more**
        2. two

        > quoted
        > - item

        | Name | Size |
        |------|-----:|
        | `x`  | 1    |

        ```python
        print("**hi**")
        ```

        ---
        ### Third
        """;

    [BrowserFact]
    public async Task Answer_IsHeadingsListsTablesCodeAndLinks()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        var answers = new Scripted { Pieces = [.. Everything.Chunk(7).Select(piece => new string(piece))] };
        await using var visit = await Visit.StartAsync(chromium, server, prepare: answers.AnswerAsync);
        var text = await AskAsync(visit);

        async Task HasAsync(string selector, string expected) => (await text.Locator(selector).First.InnerTextAsync()).ShouldBe(expected, selector);
        await HasAsync("h4", "Title");
        await HasAsync("p strong", "bold");
        await HasAsync("p > em", "italic");
        await HasAsync("p em strong", "both");
        await HasAsync("p code", "a < b");
        await HasAsync("ol > li > p", "one");
        await HasAsync("ol > li > ul > li:nth-child(2) strong", "more");
        await HasAsync("ol > li:nth-child(2)", "two");
        await HasAsync("blockquote li", "item");
        await HasAsync("th.right", "Size");
        await HasAsync("td code", "x");
        await HasAsync(".language", "python");
        await HasAsync("pre code", "print(\"**hi**\")");
        await HasAsync("h6", "Third");
        (await text.Locator("hr").CountAsync()).ShouldBe(1);
        await Visit.SeeAsync(text.Locator("p").First, "snake_case_name and 2 * 3");
        var links = await text.Locator("a").EvaluateAllAsync<string[]>("links => links.map(link => `${link.href} ${link.rel} ${link.target}`)");
        links.ShouldBe(["https://example.org/a_(b) noopener noreferrer _blank", "https://example.org/bare noopener noreferrer _blank"]);
        visit.ShouldBeClean();
    }

    [BrowserFact]
    public async Task HostileAnswer_IsText()
    {
        const int Long = 100_000;
        string[] hostile =
        [
            "<script>window.harm = 1</script> <img src=x onerror='window.harm = 1'> <iframe src=//evil.example></iframe>",
            "[a](javascript:window.harm=1) [b](JAVASCRIPT:window.harm=1) [c](data:text/html,x) [d](vbscript:x) <javascript:alert(1)> [e](/v1/pipelines)",
            "![picture](https://evil.example/pixel.png) ![other](javascript:window.harm=1)",
            string.Concat(Enumerable.Range(0, 400).Select(level => $"{new string(' ', 2 * level)}- x\n")),
            new string('>', Long), new string('*', Long) + "a" + new string('*', Long), new string('[', Long), new string('`', Long) + "x`",
            "a|b\n" + new string(' ', Long) + "-x", "# " + new string('#', Long) + "x", string.Concat(Enumerable.Repeat("*a **b [c `d ", Long / 13)),
            new string('x', Long), string.Concat(Enumerable.Repeat("](", Long / 2)),
            "```html\n<b>never closed</b>",
        ];
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        var answers = new Scripted { Pieces = [string.Join("\n\n", hostile)] };
        await using var visit = await Visit.StartAsync(chromium, server, prepare: answers.AnswerAsync);
        var text = await AskAsync(visit);

        await Visit.SeeAsync(text, "<img src=x onerror='window.harm = 1'>");
        await Visit.SeeAsync(text, "[a](javascript:window.harm=1)");
        (await text.Locator("pre code").Last.InnerTextAsync()).ShouldBe("<b>never closed</b>");
        (await text.Locator("script, img, iframe, b, object, style").CountAsync()).ShouldBe(0);
        (await text.Locator("a").EvaluateAllAsync<string[]>("links => links.map(link => link.href)")).ShouldBe(["https://evil.example/pixel.png"]);
        (await visit.Page.EvaluateAsync<int>("() => window.harm ?? 0")).ShouldBe(0);
        var deepest = await text.EvaluateAsync<int>(
            """
            node => Math.max(...[...node.querySelectorAll("*")].map(one => {
              let depth = 0;
              for (; one !== node; one = one.parentNode) depth++;
              return depth;
            }))
            """);
        deepest.ShouldBeLessThan(60);
        visit.ShouldBeClean();
    }

    /// <summary>However an answer is cut into pieces, it looks the same in the end: what was settled early was settled right.</summary>
    [BrowserFact]
    public async Task Pieces_MakeWhatTheWholeMakes()
    {
        await using var server = await Server.StartAsync();
        await using var visit = await Visit.StartAsync(chromium, server);
        var different = await visit.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { Markdown } = await import("/page/markdown.js");
              const parts = ["# H\n", "a|b\n", "-|-\n", "1|2\n", "- x\n", "  - y\n", "1. z\n", "\n", "\n", "```js\n", "code `x\n", "```\n", "> q\n",
                "**b**", "*i", "_u_", " w", "`c`", "---\n", "===\n", "[l](http://x)", "1986. y\n", "    in\n", "![", "](", "https://u.v/", "|", "\\", "~~",
                "<br>", "\r\n", "* * *\n"];
              let seed = 1;
              const next = most => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % most;
              const html = pieces => {
                const node = document.createElement("div");
                const markdown = new Markdown(node);
                for (const piece of pieces) {
                  markdown.append(piece);
                  markdown.show();
                }
                return node.innerHTML;
              };
              const texts = Array.from({ length: 1500 }, () => Array.from({ length: 3 + next(25) }, () => parts[next(parts.length)]).join(""));
              return texts.filter(text => html([text]) !== html(text.match(new RegExp(`[^]{1,${1 + next(6)}}`, "g"))));
            }
            """);
        different.ShouldBeEmpty();
    }

    /// <summary>An answer of 50 kB: parts that are complete stay, so that the work grows with the answer and not with its square.</summary>
    [BrowserFact]
    public async Task LongAnswer_IsShownOnceAFrameAndKeepsItsElements()
    {
        await using var server = await Server.StartAsync();
        await using var visit = await Visit.StartAsync(chromium, server);
        foreach (var unit in new[] { "A sentence with **bold** and `code`.\n\n", "- item *x* y\n", "| a | b |\n|-|-|\n", "1. one\n   - two\n" })
        {
            var made = await visit.Page.EvaluateAsync<Dictionary<string, int>>(
                """
                async unit => {
                  const { Answer } = await import("/page/answer.js");
                  const { Markdown } = await import("/page/markdown.js");
                  const { show } = Markdown.prototype;
                  let shows = 0;
                  let frames = 0;
                  Markdown.prototype.show = function () { shows++; show.call(this); };
                  const box = document.createElement("div");
                  document.body.append(box);
                  const answer = new Answer("m", box);
                  const count = () => box.querySelectorAll(".text *").length;
                  let added = 0;
                  const observer = new MutationObserver(() => {});
                  observer.observe(box.querySelector(".text"), { childList: true, subtree: true });
                  const countOf = node => (node.nodeType === 1 ? 1 + node.querySelectorAll("*").length : 0);
                  const text = unit.repeat(50000 / unit.length);
                  for (let at = 0; at < text.length; at += 500) {
                    for (let piece = at; piece < at + 500; piece += 5) {
                      answer.append(text.slice(piece, Math.min(piece + 5, at + 500)), "");
                    }
                    await new Promise(requestAnimationFrame);
                    frames++;
                    added += observer.takeRecords().flatMap(record => [...record.addedNodes]).reduce((sum, node) => sum + countOf(node), 0);
                  }
                  Markdown.prototype.show = show;
                  const elements = count();
                  box.remove();
                  return { shows, frames, added, elements };
                }
                """,
                unit);
            made["shows"].ShouldBeLessThanOrEqualTo(made["frames"] + 1, unit);
            made["elements"].ShouldBeGreaterThan(1000, unit);
            made["added"].ShouldBeLessThan(3 * made["elements"], unit);
        }
    }

    [BrowserFact]
    public async Task Code_IsCopied()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        var answers = new Scripted { Pieces = ["```cs\nvar a = 1;\n\nvar b = 2;\n```\n"] };
        await using var visit = await Visit.StartAsync(chromium, server, prepare: answers.AnswerAsync);
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var text = await AskAsync(visit);

        await visit.Button("Copy").ClickAsync();

        await Visit.SeeAsync(text.Locator(".code [role=status]"), "Copied");
        (await visit.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldBe("var a = 1;\n\nvar b = 2;");
        visit.ShouldBeClean();
    }

    private static async Task<ILocator> AskAsync(Visit visit)
    {
        await visit.OpenChatAsync();
        await visit.AskAsync("Go on");
        return visit.ById("chat-answers-0").Locator(".text");
    }
}
