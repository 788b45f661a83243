package dev.lateen.proxy.http.codec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecPeers.Answer;
import dev.lateen.proxy.http.codec.CodecPeers.Client;
import dev.lateen.proxy.http.codec.CodecPeers.Frames;
import dev.lateen.proxy.http.codec.CodecPeers.Server;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every byte at every place, both protocols, both ways: nothing gets through that the next reader could take for something else. */
class WireGrammarTest {
    private static final String ALPHA = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String TOKEN = ALPHA + "0123456789!#$%&'*+-.^_`|~";

    /** Where a byte may stand, and which may (RFC 9110, RFC 3986, written down once more). */
    @SuppressWarnings("ImmutableEnumChecker") // the predicates hold nothing
    enum Place {
        METHOD(c -> TOKEN.indexOf(c) >= 0),
        PATH(c -> c > ' ' && c < 127),
        AUTHORITY(c -> (ALPHA + "0123456789-._~!$&'()*+,;=:[]%").indexOf(c) >= 0),
        NAME(c -> TOKEN.indexOf(c) >= 0),
        VALUE(c -> c == '\t' || c >= ' ' && c < 256 && c != 127),
        LENGTH(c -> c >= '0' && c <= '9'),
        TRAILER_NAME(c -> TOKEN.indexOf(c) >= 0),
        TRAILER_VALUE(c -> c == '\t' || c >= ' ' && c < 256 && c != 127);

        final IntPredicate allowed;

        Place(IntPredicate allowed) {
            this.allowed = allowed;
        }

        /** HTTP/2's names have no capitals. */
        boolean allows(int c, boolean http2) {
            boolean name = this == NAME || this == TRAILER_NAME;
            return allowed.test(c) && !(http2 && name && c >= 'A' && c <= 'Z');
        }

        String text(Place here, String usual, int c) {
            return this == here ? usual.charAt(0) + String.valueOf((char) c) + usual.substring(1) : usual;
        }
    }

    /** A request with character {@code c} at one place, as a client of either protocol says it. */
    private static byte[] request(boolean http2, Place place, int c) {
        String method = place.text(Place.METHOD, "PUT", c);
        String path = place.text(Place.PATH, "/p", c);
        String authority = place.text(Place.AUTHORITY, "ab", c);
        String name = place.text(Place.NAME, "xy", c);
        String value = place.text(Place.VALUE, "vw", c);
        String length = place.text(Place.LENGTH, "1", c);
        String last = place.text(Place.TRAILER_NAME, "tu", c);
        String lastValue = place.text(Place.TRAILER_VALUE, "12", c);
        String body = "b".repeat(place == Place.LENGTH && c >= '0' && c <= '9' ? 10 + c - '0' : 1);
        boolean trailers = place == Place.TRAILER_NAME || place == Place.TRAILER_VALUE;
        if (http2) {
            String[] head = {
                ":method", method, ":scheme", "http", ":path", path, ":authority", authority, name, value,
            };
            List<String> lines = new ArrayList<>(List.of(head));
            if (!trailers) {
                lines.addAll(List.of("content-length", length));
            }
            Frames frames =
                    new Frames().headers(1, false, lines.toArray(String[]::new)).data(1, body, !trailers);
            return (trailers ? frames.headers(1, true, last, lastValue) : frames).bytes();
        }
        String head = method + " " + path + " HTTP/1.1\r\nhost: " + authority + "\r\n" + name + ": " + value + "\r\n";
        return CodecPeers.latin(
                trailers
                        ? head + "transfer-encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n" + last + ": " + lastValue
                                + "\r\n\r\n"
                        : head + "content-length: " + length + "\r\n\r\n" + body);
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void overHttp2OnlyWhatTheGrammarAllowsIsARequest(Place place) {
        requests(place, true);
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void overHttp1OnlyWhatTheGrammarAllowsIsARequest(Place place) {
        requests(place, false);
    }

    private static void requests(Place place, boolean http2) {
        for (int c = 0; c < 256; c++) {
            try (Server server = new Server(http2)) {
                server.receive(request(http2, place, c));
                boolean taken = server.requests.size() == 1
                        && server.requests.getFirst().ended
                        && server.requests.getFirst().reset == null;
                boolean allowed = place.allows(c, http2) || !http2 && dropped(place, c);
                assertThat(taken).as("%s %d", place, c).isEqualTo(allowed);
                if (taken) {
                    handOn(server.requests.getFirst(), place + " " + c, false);
                    if (c % 8 == 1) {
                        handOn(server.requests.getFirst(), place + " " + c, true);
                    }
                }
            }
        }
    }

    /** In HTTP/1 a colon ends a name, and blanks around a value are no part of it. */
    private static boolean dropped(Place place, int c) {
        return switch (place) {
            case NAME, TRAILER_NAME -> c == ':';
            case LENGTH -> c == ' ' || c == '\t';
            case METHOD, PATH, AUTHORITY, VALUE, TRAILER_VALUE -> false;
        };
    }

    /** Sends a request that was taken on by the other protocol, and reads it there as one request that says the same. */
    private static void handOn(RecordingServer.Request taken, String what, boolean http2) {
        try (Client client = new Client(http2);
                Server next = new Server(http2)) {
            Answer answer = client.ask(taken.head.copy(), false);
            assertThat(answer.reset).as(what).isNull();
            answer.stream.data(Unpooled.copiedBuffer(CodecPeers.latin(taken.body.toString())), true);
            byte[] sent = client.sent();
            next.receive(sent);
            assertThat(next.requests).as(what + ": " + CodecPeers.latin(sent)).hasSize(1);
            RecordingServer.Request read = next.requests.getFirst();
            assertThat(read.head.method()).as(what).isEqualTo(taken.head.method());
            assertThat(read.head.path()).as(what).isEqualTo(taken.head.path());
            assertThat(read.head.authority()).as(what).isEqualTo(taken.head.authority());
            assertThat(read.body.toString()).as(what).isEqualTo(taken.body.toString());
            assertThat(read.ended).as(what).isTrue();
            assertThat(read.head.headers().toString())
                    .as(what)
                    .isEqualTo(taken.head.headers().toString());
        }
    }

    /** What filters and configuration could make of a head: either it is not sent, or it reads as the one request that it is. */
    @ParameterizedTest
    @CsvSource({"false, METHOD", "false, PATH", "false, AUTHORITY", "true, METHOD", "true, PATH", "true, AUTHORITY"})
    void noWriterSendsARequestThatReadsAsAnother(boolean http2, Place place) {
        for (int c = 0; c < 400; c++) {
            RequestHead head = new RequestHead(
                    place.text(Place.METHOD, "GET", c),
                    place.text(Place.PATH, "/p", c),
                    place.text(Place.AUTHORITY, "ab", c),
                    "http",
                    HttpProtocol.HTTP_2,
                    new HeaderMap());
            try (Client client = new Client(http2);
                    Server next = new Server(http2)) {
                Answer answer = client.ask(head, true);
                byte[] sent = client.sent();
                assertThat(answer.reset == null).as("%s %d", place, c).isEqualTo(place.allowed.test(c));
                if (answer.reset == null) {
                    next.receive(sent);
                    assertThat(next.requests).hasSize(1);
                } else if (!http2) {
                    assertThat(sent).isEmpty();
                }
            }
        }
    }

    /** Header lines that were added on the way can't bring in a line, a body or a message of their own. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noAddedHeaderLineReadsAsSeveral(boolean http2) {
        for (int c = 0; c < 400; c++) {
            HeaderMap headers = new HeaderMap();
            headers.add("x" + (char) c + "y", "1");
            headers.add("v", "a" + (char) c + "b");
            try (Client client = new Client(http2);
                    Server next = new Server(http2)) {
                client.ask(new RequestHead("GET", "/", "a", "http", HttpProtocol.HTTP_1_1, headers), true);
                next.receive(client.sent());
                assertThat(next.requests).as("%d", c).hasSize(1);
                HeaderMap read = next.requests.getFirst().head.headers();
                boolean name = Place.NAME.allowed.test(c);
                assertThat(read.size()).as("%d: %s", c, read).isEqualTo(name ? 2 : 1);
                String value = read.getString("v");
                assertThat(value).as("%d", c).hasSize(3).startsWith("a").endsWith("b");
                if (Place.VALUE.allowed.test(c)) {
                    assertThat(value.charAt(1)).isEqualTo((char) c);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5,5", "5, 5", "+1", "-1", "0x1", "", " 1", "1 ", "9999999999999999999", "1.0", "1;"})
    void aLengthIsOneNumber(String length) {
        try (Server server = new Server(true)) {
            server.receive(new Frames()
                    .headers(
                            1,
                            false,
                            ":method",
                            "PUT",
                            ":scheme",
                            "http",
                            ":path",
                            "/",
                            ":authority",
                            "a",
                            "content-length",
                            length)
                    .data(1, "bbbbb", true)
                    .bytes());
            assertThat(server.requests).isEmpty();
        }
        try (Client client = new Client(true)) {
            Answer answer = client.ask(get("GET"), true);
            client.receive(new Frames()
                    .headers(Client.FIRST, false, ":status", "200", "content-length", length)
                    .data(Client.FIRST, "bbbbb", true)
                    .bytes());
            assertThat(answer.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
        }
    }

    @ParameterizedTest
    @CsvSource({"*, OPTIONS, true", "*, GET, false", "'', GET, false", "http://b/, GET, false", "p, GET, false"})
    void aPathBeginsWithASlash(String path, String method, boolean taken) {
        try (Server server = new Server(true)) {
            server.receive(new Frames()
                    .headers(1, true, ":method", method, ":scheme", "http", ":path", path, ":authority", "a")
                    .bytes());
            assertThat(server.requests).hasSize(taken ? 1 : 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ht tp", "1http", "", "http:", "ht\u0001tp", "http/"})
    void aSchemeIsAScheme(String scheme) {
        try (Server server = new Server(true)) {
            server.receive(new Frames()
                    .headers(1, true, ":method", "GET", ":scheme", scheme, ":path", "/", ":authority", "a")
                    .bytes());
            assertThat(server.requests).isEmpty();
        }
    }

    private static RequestHead get(String method) {
        return new RequestHead(method, "/", "a", "http", HttpProtocol.HTTP_1_1, new HeaderMap());
    }

    /** Answers: a byte in a name or a value, both protocols, handed on to both. */
    @ParameterizedTest
    @CsvSource({
        "true, NAME", "true, VALUE", "true, TRAILER_NAME", "true, TRAILER_VALUE",
        "false, NAME", "false, VALUE", "false, TRAILER_NAME", "false, TRAILER_VALUE"
    })
    void anAnswerIsCheckedAsARequestIs(boolean http2, Place place) {
        for (int c = 0; c < 256; c++) {
            try (Client client = new Client(http2)) {
                Answer answer = client.ask(get("GET"), true);
                client.receive(answer(http2, place, c));
                boolean allowed = place.allows(c, http2) || !http2 && dropped(place, c);
                assertThat(answer.ended).as("%s %d", place, c).isEqualTo(allowed);
                if (answer.ended && answer.head != null) {
                    handOn(answer, place + " " + c);
                } else {
                    assertThat(answer.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
                }
            }
        }
    }

    private static byte[] answer(boolean http2, Place place, int c) {
        String name = place.text(Place.NAME, "xy", c);
        String value = place.text(Place.VALUE, "vw", c);
        String last = place.text(Place.TRAILER_NAME, "tu", c);
        String lastValue = place.text(Place.TRAILER_VALUE, "12", c);
        return http2
                ? new Frames()
                        .headers(Client.FIRST, false, ":status", "200", name, value)
                        .data(Client.FIRST, "b", false)
                        .headers(Client.FIRST, true, last, lastValue)
                        .bytes()
                : CodecPeers.latin("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + name + ": " + value
                        + "\r\n\r\n1\r\nb\r\n0\r\n" + last + ": " + lastValue + "\r\n\r\n");
    }

    private static void handOn(Answer answer, String what) {
        try (Server server = new Server(false);
                Client reader = new Client(false)) {
            server.receive(CodecPeers.latin("GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
            HeaderMap headers = requireNonNull(answer.head).headers();
            server.opened().head(new ResponseHead(200, headers.copy()), false);
            server.opened().data(Unpooled.copiedBuffer(CodecPeers.latin("b")), false);
            server.opened().trailers(requireNonNull(answer.trailers).copy());
            Answer read = reader.ask(get("GET"), true);
            reader.receive(server.sent());
            assertThat(read.ended).as(what).isTrue();
            assertThat(read.reset).as(what).isNull();
            assertThat(read.head).as(what).isNotNull();
            assertThat(read.head.headers()).as(what).hasToString(headers.toString());
        }
    }

    @Test
    void whatMayNotBeATrailerIsNone() {
        String[] forbidden = {
            "content-length",
            "7",
            "authorization",
            "x",
            "te",
            "trailers",
            "cookie",
            "a=b",
            "set-cookie",
            "a=b",
            "x-forwarded-for",
            "1.1.1.1",
            "x-forwarded-client-cert",
            "By=x",
            "x-envoy-original-path",
            "/",
            "x-sum",
            "9"
        };
        try (Server server = new Server(true)) {
            server.receive(new Frames()
                    .headers(1, false, ":method", "PUT", ":scheme", "http", ":path", "/", ":authority", "a")
                    .headers(1, true, forbidden)
                    .bytes());
            assertThat(server.requests.getFirst().trailers).hasToString("x-sum: 9\n");
        }
        try (Client client = new Client(true)) {
            Answer answer = client.ask(get("GET"), true);
            client.receive(new Frames()
                    .headers(Client.FIRST, false, ":status", "200")
                    .headers(Client.FIRST, true, forbidden)
                    .bytes());
            assertThat(answer.trailers).hasToString("x-sum: 9\n");
        }
    }
}
