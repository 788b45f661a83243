package dev.lateen.proxy.jwt;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.JsonText;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructReaderTest {
    private static String read(String json) {
        return JsonText.of(requireNonNull(StructReader.read(json.getBytes(StandardCharsets.UTF_8)), json));
    }

    @Test
    void whatIsWrittenIsRead() {
        assertThat(read("{}")).isEqualTo("{}");
        assertThat(read(" {\"a\" : [ 1, -2.5e3 ,true,false,null,\"x\"] , \"b\":{\"c\":[]}}\n"))
                .isEqualTo("{\"a\":[1,-2500,true,false,null,\"x\"],\"b\":{\"c\":[]}}");
        assertThat(read("{\"\\u00e4\\n\\/\\\\\\\"\":\"\\ud83d\\ude00\"}"))
                .isEqualTo(read("{\"ä\\u000a/\\\\\\\"\":\"😀\"}"));
        assertThat(read("{\"n\":0,\"m\":0.5,\"e\":1E2}")).isEqualTo("{\"e\":100,\"m\":0.5,\"n\":0}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "\"a\"",
                "1",
                "null",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":1}}",
                "{\"a\":1} x",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":-}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":1e}",
                "{\"a\":+1}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":1e999}",
                "{\"a\":tru}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"x}",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"a\":1/*c*/}",
                "\ufeff{}",
                "{\"a\":1}\u0000",
                "{\"a\":0x1}"
            })
    void anythingElseIsRefused(String json) {
        assertThat(StructReader.read(json.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void onlyUtf8IsText() {
        byte[] bytes = "{\"a\":\"?\"}".getBytes(StandardCharsets.US_ASCII);
        assertThat(StructReader.read(bytes)).isNotNull();
        for (int bad : new int[] {0x80, 0xc0, 0xe4, 0xff}) {
            bytes[6] = (byte) bad;
            assertThat(StructReader.read(bytes)).isNull();
        }
    }

    @Test
    void nothingIsDeeperThanItsBound() {
        int most = StructReader.DEEPEST - 1;
        String deep = "{\"a\":" + "[".repeat(most) + "]".repeat(most) + "}";
        assertThat(StructReader.read(deep.getBytes(StandardCharsets.UTF_8))).isNotNull();
        String deeper = "{\"a\":" + "[".repeat(most + 1) + "]".repeat(most + 1) + "}";
        assertThat(StructReader.read(deeper.getBytes(StandardCharsets.UTF_8))).isNull();
        String endless = "{\"a\":" + "[".repeat(60_000);
        assertThat(StructReader.read(endless.getBytes(StandardCharsets.UTF_8))).isNull();
    }
}
