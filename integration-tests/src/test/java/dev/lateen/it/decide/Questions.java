package dev.lateen.it.decide;

import dev.lateen.it.decide.Question.Request;
import dev.lateen.it.decide.Question.Tls;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What clients do in a generated mesh. */
final class Questions {
    private static final List<String> PATHS =
            List.of("/", "/api", "/api/v1?q=1", "/old", "/static/x", "/a/../api", "//old", "/nothing?q=1");

    private final SplittableRandom random;
    private final int gatewayHttp;
    private final int gatewayHttps;
    private final String prefix;
    private int made;

    Questions(long seed, int gatewayHttp, int gatewayHttps) {
        this.random = new SplittableRandom(seed);
        this.prefix = seed + "-";
        this.gatewayHttp = gatewayHttp;
        this.gatewayHttps = gatewayHttps;
    }

    /** Five calls out, four in, two through the gateway. */
    List<Question> all() {
        List<Question> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String name = one("a", "b", "c", "unknown");
            String address = name.equals("unknown")
                    ? World.address(5, 1) + ":8000"
                    : "127.4.0." + " abc".indexOf(name) + ":8000";
            all.add(new Question(
                    id(), false, false, address, null, request(name.equals("unknown") ? "unknown.test" : name)));
        }
        all.add(new Question(id(), false, false, one("127.4.0.4:7000", World.address(5, 1) + ":8080"), null, null));
        for (int i = 0; i < 4; i++) {
            String port = one("8080", "9090", "7070", "6060");
            boolean http = port.equals("8080") || port.equals("7070") && random.nextBoolean();
            all.add(new Question(
                    id(), false, true, World.POD + ":" + port, inboundTls(http), http ? request("pod") : null));
        }
        for (int i = 0; i < 2; i++) {
            String host = one("g1.example", "g2.example", "g3.example");
            boolean tls = random.nextBoolean();
            Tls hello =
                    tls ? new Tls("", one("g1.example", "g2.example", "g3.example", ""), List.of("http/1.1")) : null;
            all.add(new Question(id(), true, false, ":" + (tls ? gatewayHttps : gatewayHttp), hello, request(host)));
        }
        return all;
    }

    private String id() {
        return prefix + made++;
    }

    private String one(String... of) {
        return of[random.nextInt(of.length)];
    }

    private @Nullable Tls inboundTls(boolean http) {
        if (random.nextInt(3) == 0) {
            return null;
        }
        List<String> alpn = switch (random.nextInt(4)) {
            case 0 -> List.of();
            case 1 -> http ? List.of("http/1.1") : List.of("other");
            default -> http ? List.of("istio-http/1.1", "istio") : List.of("istio");
        };
        return new Tls(one("alice", "bob", ""), "", alpn);
    }

    private Request request(String host) {
        List<String> script = new ArrayList<>();
        int words = 1 + random.nextInt(3);
        for (int i = 0; i < words; i++) {
            script.add(one("200", "503", "500", "503", "409", "reset"));
        }
        return new Request(
                one("GET", "GET", "POST"),
                host,
                PATHS.get(random.nextInt(PATHS.size())),
                one("", "jason", "mary"),
                script);
    }
}
