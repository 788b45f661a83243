package dev.lateen.proxy.telemetry;

import static dev.lateen.proxy.route.RouteFixtures.address;
import static dev.lateen.proxy.route.RouteFixtures.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.lateen.proxy.expression.AttributeNames;
import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.route.RouteFixtures;
import dev.lateen.proxy.upstream.UpstreamFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The list by which expressions are checked, and the classes that know the values, speak of the same attributes. */
class AttributeNamesTest {
    private static final TlsFacts TLS = new TlsFacts(
            "TLSv1.3",
            "TLS_AES_128_GCM_SHA256",
            null,
            List.of("spiffe://td/a"),
            List.of("a.test"),
            "CN=a",
            "00",
            "",
            "spiffe://td/b");
    private static final PeerMetadata PEER = new PeerMetadata("w", "n", "c", "s", "r", "a", "v");

    /** An exchange in which everything happened. */
    private static ExchangeFacts whole() {
        var connection = new ConnectionFacts(
                7, address("10.1.2.3", 4567), address("10.0.0.9", 8080), true, true, "name.test", TLS);
        ExchangeFacts exchange = new ExchangeFacts(
                connection,
                get("h.test", "/p?q", "referer", "r", "user-agent", "u", "x-request-id", "i"),
                1_700_000_000_123L,
                1);
        HeaderMap headers = new HeaderMap();
        headers.add("grpc-status", "0");
        exchange.response(new ResponseHead(200, headers));
        exchange.responseTrailers(new HeaderMap());
        exchange.responseCodeDetails("via_upstream");
        exchange.route(RouteFixtures.prefix("/", "c"), "host");
        exchange.cluster(UpstreamFixtures.cluster(
                LbPolicy.ROUND_ROBIN, new LbSettings(2, 1024, 65537, 50, false), UpstreamFixtures.fixed()));
        exchange.endpoint(UpstreamFixtures.endpoint("10.1.1.1", 1, Health.HEALTHY));
        exchange.upstreamConnection(address("10.0.0.9", 40000), TLS);
        exchange.upstreamTransportFailure("broken");
        exchange.attempts(1);
        exchange.downstreamPeer(PEER);
        exchange.upstreamPeer(PEER);
        exchange.upstreamFirstByteSentNanos(2);
        exchange.upstreamFirstByteReceivedNanos(3);
        exchange.completeNanos(4);
        return exchange;
    }

    @Test
    void everyNameOnTheListHasAValue() {
        var attributes = new ExchangeAttributes(whole());
        List<String> without = new ArrayList<>();
        AttributeNames.all()
                .forEach((root, fields) -> fields.forEach(field -> {
                    if (attributes.get(root, field) == null) {
                        without.add(root + "." + field);
                    }
                }));
        assertThat(without).isEmpty();
    }

    @Test
    void everyNameThatHasAValueIsOnTheList() throws IOException {
        Set<String> known = new TreeSet<>(AttributeNames.all().keySet());
        AttributeNames.all().values().forEach(known::addAll);
        Set<String> unknown = new TreeSet<>();
        for (Class<?> type : List.of(ExchangeAttributes.class, SessionAttributes.class, ConnectionAttributes.class)) {
            names(type).stream().filter(name -> !known.contains(name)).forEach(unknown::add);
        }
        assertThat(unknown).isEmpty();
    }

    /** What the switches of a class decide by, but for pseudo headers. */
    private static Set<String> names(Class<?> type) throws IOException {
        Set<String> names = new TreeSet<>();
        String source = Files.readString(Path.of("src/main/java", type.getName().replace('.', '/') + ".java"));
        Matcher cases = Pattern.compile("case ((\"[^\"]+\"(, )?)+) *->").matcher(source);
        while (cases.find()) {
            for (String word : cases.group(1).split("[\", .]+")) {
                if (!word.isEmpty() && !word.startsWith(":")) {
                    names.add(word);
                }
            }
        }
        assertThat(names).as("names in " + type.getSimpleName()).hasSizeGreaterThan(4);
        return names;
    }
}
