package dev.lateen.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.chain.FilterChainMatcher.Candidate;
import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.model.FilterChainMatch;
import dev.lateen.proxy.model.FilterChainMatch.SourceType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules that Envoy documents at {@code config.listener.v3.FilterChainMatch}, one by one. */
class FilterChainMatcherTest {
    private final List<Candidate<String>> chains = new ArrayList<>();

    @Test
    void nothingConfiguredFitsNothing() {
        assertThat(chosen(clear("10.0.0.1", 80))).isNull();
    }

    @Test
    void emptyMatchFitsEverything() {
        add("any", match());
        assertThat(chosen(clear("10.0.0.1", 80))).isEqualTo("any");
        assertThat(chosen(tls("10.0.0.1", 443, "a.example.com", "h2"))).isEqualTo("any");
    }

    @Test
    void defaultChainTakesWhatFitsNoOther() {
        add("tls", match().transport("tls"));
        assertThat(FilterChainMatcher.compile(chains, "default").match(clear("10.0.0.1", 80)))
                .isEqualTo("default");
    }

    @Test
    void exactDestinationPortWinsOverAnyPort() {
        add("any", match());
        add("9080", match().port(9080));
        assertThat(chosen(clear("10.0.0.1", 9080))).isEqualTo("9080");
        assertThat(chosen(clear("10.0.0.1", 9081))).isEqualTo("any");
    }

    @Test
    void aPortThatFitsShutsOutChainsForAnyPortEvenWhenItFailsLater() {
        add("any", match());
        add("9080 tls", match().port(9080).transport("tls"));
        assertThat(chosen(clear("10.0.0.1", 9080))).isNull();
    }

    @Test
    void longestDestinationPrefixWins() {
        add("any", match());
        add("/8", match().destination("10.0.0.0/8"));
        add("/24", match().destination("10.1.2.0/24"));
        add("/32", match().destination("10.1.2.3/32"));
        assertThat(chosen(clear("10.1.2.3", 1))).isEqualTo("/32");
        assertThat(chosen(clear("10.1.2.4", 1))).isEqualTo("/24");
        assertThat(chosen(clear("10.9.9.9", 1))).isEqualTo("/8");
        assertThat(chosen(clear("192.168.0.1", 1))).isEqualTo("any");
    }

    @Test
    void destinationPrefixOfTheOtherFamilyDoesNotFit() {
        add("v6", match().destination("2001:db8::/32"));
        add("v4", match().destination("10.0.0.0/8"));
        assertThat(chosen(clear("2001:db8::1", 1))).isEqualTo("v6");
        assertThat(chosen(clear("10.0.0.1", 1))).isEqualTo("v4");
        assertThat(chosen(clear("2001:db9::1", 1))).isNull();
    }

    @Test
    void mappedAddressCountsAsIpv4() {
        add("v4", match().destination("10.0.0.0/8"));
        assertThat(chosen(clear("::ffff:10.0.0.1", 1))).isEqualTo("v4");
    }

    @Test
    void exactServerNameThenLongestWildcardThenNone() {
        add("none", match());
        add("exact", match().names("www.example.com"));
        add("sub", match().names("*.example.com"));
        add("top", match().names("*.com"));
        assertThat(chosen(tls("10.0.0.1", 443, "www.example.com"))).isEqualTo("exact");
        assertThat(chosen(tls("10.0.0.1", 443, "a.example.com"))).isEqualTo("sub");
        assertThat(chosen(tls("10.0.0.1", 443, "a.b.example.com"))).isEqualTo("sub");
        assertThat(chosen(tls("10.0.0.1", 443, "example.com"))).isEqualTo("top");
        assertThat(chosen(tls("10.0.0.1", 443, "example.org"))).isEqualTo("none");
        assertThat(chosen(tls("10.0.0.1", 443, ""))).isEqualTo("none");
    }

    @Test
    void wildcardDoesNotFitTheBareSuffix() {
        add("sub", match().names("*.example.com"));
        assertThat(chosen(tls("10.0.0.1", 443, "example.com"))).isNull();
    }

    @Test
    void oneChainMayNameSeveralServers() {
        add("both", match().names("a.example.com", "*.b.example.com"));
        assertThat(chosen(tls("10.0.0.1", 443, "a.example.com"))).isEqualTo("both");
        assertThat(chosen(tls("10.0.0.1", 443, "x.b.example.com"))).isEqualTo("both");
    }

    @Test
    void serverNameThatFitsShutsOutChainsWithoutOne() {
        add("name, h2", match().names("a.example.com").protocols("h2"));
        add("no name", match());
        assertThat(chosen(tls("10.0.0.1", 443, "a.example.com", "http/1.1"))).isNull();
    }

    @Test
    void transportProtocolTellsTlsFromClearText() {
        add("tls", match().transport("tls"));
        add("raw", match().transport("raw_buffer"));
        assertThat(chosen(tls("10.0.0.1", 1, ""))).isEqualTo("tls");
        assertThat(chosen(clear("10.0.0.1", 1))).isEqualTo("raw");
    }

    @Test
    void theFirstOfferedProtocolThatAnyChainNamesDecides() {
        add("h2", match().protocols("h2"));
        add("h1", match().protocols("http/1.1"));
        add("any", match());
        assertThat(chosen(tls("10.0.0.1", 1, "", "h2", "http/1.1"))).isEqualTo("h2");
        assertThat(chosen(tls("10.0.0.1", 1, "", "http/1.1", "h2"))).isEqualTo("h1");
        assertThat(chosen(tls("10.0.0.1", 1, "", "spdy", "h2"))).isEqualTo("h2");
        assertThat(chosen(tls("10.0.0.1", 1, "", "spdy"))).isEqualTo("any");
        assertThat(chosen(tls("10.0.0.1", 1, ""))).isEqualTo("any");
    }

    @Test
    void permissivePortOfIstioSplitsIntoFiveChains() {
        add("mtls http", match().port(80).transport("tls").protocols("istio-http/1.0", "istio-http/1.1", "istio-h2"));
        add("plain http", match().port(80).transport("raw_buffer").protocols("http/1.1", "h2c"));
        add("mtls tcp", match().port(80).transport("tls").protocols("istio-peer-exchange", "istio"));
        add("plain tcp", match().port(80).transport("raw_buffer"));
        add("other tls", match().port(80).transport("tls"));
        assertThat(chosen(tls("10.0.0.1", 80, "x", "istio-http/1.1", "istio", "http/1.1")))
                .isEqualTo("mtls http");
        assertThat(chosen(tls("10.0.0.1", 80, "x", "istio-peer-exchange", "istio")))
                .isEqualTo("mtls tcp");
        assertThat(chosen(tls("10.0.0.1", 80, "x", "h2", "http/1.1"))).isEqualTo("other tls");
        assertThat(chosen(sniffed("10.0.0.1", 80, "http/1.1"))).isEqualTo("plain http");
        assertThat(chosen(sniffed("10.0.0.1", 80, "h2c"))).isEqualTo("plain http");
        assertThat(chosen(clear("10.0.0.1", 80))).isEqualTo("plain tcp");
    }

    @Test
    void directSourceIsThePeerOfTheSocketAndSourceWhatProxyProtocolSaid() {
        add("balancer", match().directSource("10.0.0.0/8"));
        add("other", match());
        MatchFacts viaBalancer = new MatchFacts(
                at("10.9.9.9", 80), "", "raw_buffer", List.of(), at("10.0.0.7", 1), at("203.0.113.1", 1));
        assertThat(chosen(viaBalancer)).isEqualTo("balancer");
        assertThat(chosen(from("203.0.113.1", 1))).isEqualTo("other");
    }

    @Test
    void sourceTypeLocalIsLoopbackOrTheSameAddress() {
        add("local", match().type(SourceType.SAME_IP_OR_LOOPBACK));
        add("external", match().type(SourceType.EXTERNAL));
        assertThat(chosen(from("127.0.0.1", 1))).isEqualTo("local");
        assertThat(chosen(from("10.9.9.9", 1))).isEqualTo("local");
        assertThat(chosen(from("10.9.9.8", 1))).isEqualTo("external");
    }

    @Test
    void anySourceTypeTakesWhatTheNamedTypesLeave() {
        add("local", match().type(SourceType.SAME_IP_OR_LOOPBACK));
        add("any", match());
        assertThat(chosen(from("127.0.0.1", 1))).isEqualTo("local");
        assertThat(chosen(from("10.9.9.8", 1))).isEqualTo("any");
    }

    @Test
    void longestSourcePrefixThenSourcePort() {
        add("/8 port 7", match().source("10.0.0.0/8").sourcePorts(7));
        add("/8", match().source("10.0.0.0/8"));
        add("/16", match().source("10.1.0.0/16"));
        assertThat(chosen(from("10.2.0.1", 7))).isEqualTo("/8 port 7");
        assertThat(chosen(from("10.2.0.1", 8))).isEqualTo("/8");
        assertThat(chosen(from("10.1.0.1", 7))).isEqualTo("/16");
        assertThat(chosen(from("192.168.0.1", 7))).isNull();
    }

    @Test
    void earlierCriterionDecidesWhateverLaterOnesSay() {
        add("destination, worst later", match().destination("10.9.9.9/32"));
        add(
                "everything else exact",
                match().transport("raw_buffer").protocols("http/1.1").source("10.0.0.1/32"));
        MatchFacts facts = new MatchFacts(
                at("10.9.9.9", 80), "", "raw_buffer", List.of("http/1.1"), at("10.0.0.1", 1), at("10.0.0.1", 1));
        assertThat(chosen(facts)).isEqualTo("destination, worst later");
    }

    @Test
    void ofTwoEqualMatchesTheFirstIsTaken() {
        add("first", match().port(80));
        add("second", match().port(80));
        assertThat(chosen(clear("10.0.0.1", 80))).isEqualTo("first");
    }

    @Test
    void whoIsShutOutIsToldByWhichCriterion() {
        add("any", match());
        add("9080 tls", match().port(9080).transport("tls"));
        add("9080 clear", match().port(9080).transport("raw_buffer"));
        List<String> shut = new ArrayList<>();
        String chosen = FilterChainMatcher.<String>compile(chains, null)
                .match(
                        clear("10.0.0.1", 9080),
                        (candidate, by, actual, nobodyFits) ->
                                shut.add(candidate.value() + " by " + by.field() + " " + actual + " " + nobodyFits));
        assertThat(chosen).isEqualTo("9080 clear");
        assertThat(shut)
                .containsExactly(
                        "any by destination_port 9080 false", "9080 tls by transport_protocol raw_buffer false");
    }

    private @Nullable String chosen(MatchFacts facts) {
        return FilterChainMatcher.compile(chains, null).match(facts);
    }

    private void add(String name, Match match) {
        chains.add(new Candidate<>(match.build(), name));
    }

    private static Match match() {
        return new Match();
    }

    private static MatchFacts clear(String destination, int port) {
        return sniffed(destination, port);
    }

    private static MatchFacts sniffed(String destination, int port, String... protocols) {
        return facts(destination, port, "", "raw_buffer", protocols);
    }

    private static MatchFacts tls(String destination, int port, String serverName, String... protocols) {
        return facts(destination, port, serverName, "tls", protocols);
    }

    private static MatchFacts from(String source, int port) {
        return new MatchFacts(at("10.9.9.9", 80), "", "raw_buffer", List.of(), at(source, port), at(source, port));
    }

    private static MatchFacts facts(String destination, int port, String name, String transport, String... protocols) {
        InetSocketAddress source = at("192.0.2.1", 40000);
        return new MatchFacts(at(destination, port), name, transport, List.of(protocols), source, source);
    }

    private static InetSocketAddress at(String ip, int port) {
        return new InetSocketAddress(ip(ip), port);
    }

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Builds a match from the parts that a test cares for. */
    private static final class Match {
        private int port;
        private List<Cidr> destination = List.of();
        private List<String> names = List.of();
        private String transport = "";
        private List<String> protocols = List.of();
        private List<Cidr> directSource = List.of();
        private SourceType type = SourceType.ANY;
        private List<Cidr> source = List.of();
        private List<Integer> sourcePorts = List.of();

        Match port(int value) {
            port = value;
            return this;
        }

        Match destination(String... ranges) {
            destination = ranges(ranges);
            return this;
        }

        Match names(String... values) {
            names = List.of(values);
            return this;
        }

        Match transport(String value) {
            transport = value;
            return this;
        }

        Match protocols(String... values) {
            protocols = List.of(values);
            return this;
        }

        Match directSource(String... ranges) {
            directSource = ranges(ranges);
            return this;
        }

        Match type(SourceType value) {
            type = value;
            return this;
        }

        Match source(String... ranges) {
            source = ranges(ranges);
            return this;
        }

        Match sourcePorts(Integer... ports) {
            sourcePorts = List.of(ports);
            return this;
        }

        private static List<Cidr> ranges(String... ranges) {
            return Arrays.stream(ranges)
                    .map(range -> range.split("/", 2))
                    .map(parts -> new Cidr(ip(parts[0]), Integer.parseInt(parts[1])))
                    .toList();
        }

        FilterChainMatch build() {
            return new FilterChainMatch(
                    port, destination, names, transport, protocols, directSource, type, source, sourcePorts);
        }
    }
}
