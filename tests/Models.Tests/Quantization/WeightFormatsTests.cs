using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Tests.Quantization;

/// <summary>Which formats are read, by what a folder says of itself.</summary>
public sealed class WeightFormatsTests
{
    [Theory]
    [InlineData("bitsandbytes", "")]
    [InlineData("hqq", "")]
    [InlineData("auto-round", "")]
    [InlineData("quanto", "")]
    [InlineData("aqlm", "")]
    [InlineData("awq", ""","bits":3,"group_size":128""")]
    [InlineData("awq", ""","bits":4,"group_size":128,"version":"gemv" """)]
    [InlineData("awq", ""","bits":4,"group_size":128,"version":"exllama" """)]
    [InlineData("gptq", ""","bits":3,"group_size":128""")]
    [InlineData("gptq", ""","bits":2,"group_size":128""")]
    [InlineData("gptq", ""","bits":4,"group_size":128,"checkpoint_format":"marlin" """)]
    [InlineData("gptq", ""","bits":4,"group_size":128,"is_marlin_format":true""")]
    [InlineData("gptq", ""","bits":4,"group_size":128,"pack_dtype":"int16" """)]
    [InlineData("gptq", ""","bits":4,"group_size":128,"dynamic":{"+:.*down.*":{"bits":8}}""")]
    [InlineData("compressed-tensors", ""","format":"pack-quantized","config_groups":{}""")]
    [InlineData("compressed-tensors", ""","format":"int-quantized","config_groups":{}""")]
    [InlineData("compressed-tensors", ""","sparsity_config":{"format":"sparse-24-bitmask"},"config_groups":{}""")]
    [InlineData("compressed-tensors", ""","config_groups":{"group_0":{"weights":{"num_bits":8,"type":"int"}}}""")]
    [InlineData("compressed-tensors", ""","config_groups":{"group_0":{"weights":{"num_bits":4,"type":"float"}}}""")]
    [InlineData("compressed-tensors", ""","config_groups":{"group_0":{"weights":{"num_bits":8,"type":"float","strategy":"group"}}}""")]
    public void WhatIsNotRead_IsRefusedWithWhatIs(string method, string settings)
    {
        var error = Should.Throw<EngineException>(() => Find("{\"quantization_config\":{\"quant_method\":\"" + method + "\"" + settings + "}}"));
        error.Code.ShouldBe(ErrorCodes.UnsupportedDtype);
        error.Message.ShouldContain("config.json");
        error.Message.ShouldContain(method);
        error.Message.ShouldMatch("are read|is read|supported");
        error.Subject.ShouldStartWith("quantization_config.");
    }

    [Theory]
    [InlineData(""" "awq","bits":4 """, "quantization_config.group_size")]
    [InlineData(""" "awq","bits":4,"group_size":0 """, "quantization_config.group_size")]
    [InlineData(""" "awq","bits":4,"group_size":-2 """, "quantization_config.group_size")]
    [InlineData(""" "awq","group_size":128 """, "quantization_config.bits")]
    [InlineData(""" "gptq","bits":4,"group_size":1.5 """, "quantization_config.group_size")]
    [InlineData(""" "gptq","bits":"four","group_size":128 """, "quantization_config.bits")]
    [InlineData(""" "fp8","weight_block_size":[128] """, "quantization_config.weight_block_size")]
    [InlineData(""" "fp8","weight_block_size":[128,0] """, "quantization_config.weight_block_size")]
    [InlineData(""" "compressed-tensors" """, "quantization_config.config_groups")]
    [InlineData(""" "compressed-tensors","config_groups":{"g":7} """, "quantization_config.config_groups.g")]
    [InlineData(""" "compressed-tensors","config_groups":{"g":null} """, "quantization_config.config_groups.g")]
    [InlineData(
        """ "compressed-tensors","config_groups":{"g":{"weights":{"num_bits":8,"type":"float","strategy":"block"}}} """,
        "quantization_config.config_groups.g.weights.block_structure")]
    public void Settings_ThatAreWrong_AreNamed(string method, string key)
    {
        var error = Should.Throw<EngineException>(() => Find("{\"quantization_config\":{\"quant_method\":" + method + "}}"));
        error.Code.ShouldBe(ErrorCodes.InvalidConfig);
        error.Subject.ShouldBe(key);
    }

    [Theory]
    [InlineData("""{}""", null)]
    [InlineData("""{"quantization_config":null}""", null)]
    [InlineData("""{"text_config":{"quantization_config":{"quant_method":"fp8"}}}""", "fp8")]
    [InlineData(
        """{"compression_config":{"format":"float-quantized","config_groups":{"g":{"weights":{"num_bits":8,"type":"float"}}}}}""", "compressed-tensors fp8")]
    [InlineData("""{"quantization_config":{"quant_method":"mxfp4"}}""", "mxfp4")]
    public void Sections_AreFoundInEverySpelling(string config, string? description) => (Find(config)?.Description).ShouldBe(description);

    [Fact]
    public void Config_GoesBeforeFilesBesideIt()
    {
        using var folder = new TemporaryFolder();
        folder.With("quantize_config.json", """{"bits":3}""");
        folder.With("config.json", """{"quantization_config":{"quant_method":"gptq","bits":8,"group_size":128}}""");
        WeightFormats.Find(folder.Path, ConfigFile.Open(folder.Path, "config.json"))!.Description.ShouldBe("gptq 8-bit");
        folder.With("config.json", "{}");
        Should.Throw<EngineException>(() => WeightFormats.Find(folder.Path, ConfigFile.Open(folder.Path, "config.json"))).Message
            .ShouldContain("quantize_config.json");
    }

    private static IWeightFormat? Find(string config)
    {
        using var folder = new TemporaryFolder();
        folder.With("config.json", config);
        return WeightFormats.Find(folder.Path, ConfigFile.Open(folder.Path, "config.json"));
    }
}
