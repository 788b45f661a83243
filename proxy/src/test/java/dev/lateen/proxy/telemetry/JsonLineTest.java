package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.SubstitutionFormat.Facts;
import dev.lateen.proxy.model.JsonFormat;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.route.RouteFixtures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLineTest {
    private static String line(Map<String, ?> format, boolean omitEmpty) {
        ExchangeFacts exchange = RouteFixtures.exchange(RouteFixtures.get("a", "/p\"q"));
        exchange.response(new ResponseHead(200, new HeaderMap()));
        exchange.completeNanos(exchange.startNanos() + 7_000_000);
        exchange.addDynamicMetadata(
                "n",
                new StructValue.Struct(Map.of(
                        "groups", new StructValue.ListValue(List.of(new StructValue.StringValue("a\"b"))),
                        "age", new StructValue.NumberValue(7),
                        "text", new StructValue.StringValue("12"))));
        StringBuilder line = new StringBuilder();
        new JsonLine((JsonFormat.Fields) JsonFormat.of(format), omitEmpty).append(line, Facts.of(exchange));
        return line.toString();
    }

    private static Map<String, Object> fields(Object... pairs) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            fields.put((String) pairs[i], pairs[i + 1]);
        }
        return fields;
    }

    @Test
    void anOperatorAloneKeepsItsType() {
        assertThat(line(
                        fields(
                                "code", "%RESPONSE_CODE%",
                                "duration", "%DURATION%",
                                "path", "%REQ(:PATH)%",
                                "agent", "%REQ(USER-AGENT)%",
                                "flags", "%RESPONSE_FLAGS%"),
                        false))
                .isEqualTo("{\"code\":200,\"duration\":7,\"path\":\"/p\\\"q\",\"agent\":null,\"flags\":\"-\"}\n");
    }

    @Test
    void metadataKeepsItsTypeAlone() {
        assertThat(line(
                        fields(
                                "groups", "%DYNAMIC_METADATA(n:groups)%",
                                "all", "%DYNAMIC_METADATA(n)%",
                                "text", "%DYNAMIC_METADATA(n:text):1%",
                                "within", "<%DYNAMIC_METADATA(n:groups)%>",
                                "none", "%DYNAMIC_METADATA(n:none)%"),
                        false))
                .isEqualTo("{\"groups\":[\"a\\\"b\"],\"all\":{\"age\":7,\"groups\":[\"a\\\"b\"],\"text\":\"12\"},"
                        + "\"text\":\"1\",\"within\":\"<[\\\"a\\\\\\\"b\\\"]>\",\"none\":null}\n");
    }

    @Test
    void withinATextEverythingIsText() {
        assertThat(line(fields("a", "%RESPONSE_CODE% %REQ(X-NONE)%", "b", "plain", "c", ""), false))
                .isEqualTo("{\"a\":\"200 -\",\"b\":\"plain\",\"c\":\"\"}\n");
    }

    @Test
    void objectsAndListsKeepTheirShape() {
        assertThat(line(
                        fields(
                                "request",
                                fields("method", "%REQ(:METHOD)%", "more", fields()),
                                "list",
                                new ArrayList<>(Arrays.asList("%RESPONSE_CODE%", 2.0, 1.5, true, null))),
                        false))
                .isEqualTo("{\"request\":{\"method\":\"GET\",\"more\":{}},\"list\":[200,2,1.5,true,null]}\n");
    }

    @Test
    void whatIsMissingIsLeftOutIfAskedFor() {
        assertThat(line(
                        fields(
                                "none",
                                "%REQ(X-NONE)%",
                                "code",
                                "%RESPONSE_CODE%",
                                "inner",
                                fields("none", "%REQ(X-NONE)%", "two", "%REQ(X-NONE)%%RESPONSE_CODE%"),
                                "list",
                                List.of("%REQ(X-NONE)%", "x")),
                        true))
                .isEqualTo("{\"code\":200,\"inner\":{\"two\":\"200\"},\"list\":[\"x\"]}\n");
    }
}
