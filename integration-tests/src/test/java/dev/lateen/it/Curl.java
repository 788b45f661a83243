package dev.lateen.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a user's curl makes of a host's HTTPS port at this machine's ingress gateway. */
final class Curl {
    private final List<String> options;

    private Curl(List<String> options) {
        this.options = options;
    }

    /** One that trusts this certificate alone. */
    static Curl trusting(Pem authority) {
        return new Curl(List.of("--cacert", authority.certificate().toString()));
    }

    /** The same with a certificate of its own. */
    Curl with(Pem own) {
        List<String> more = new ArrayList<>(options);
        more.addAll(List.of(
                "--cert", own.certificate().toString(), "--key", own.key().toString()));
        return new Curl(more);
    }

    /** {@code 200 2} is a 200 over HTTP/2; {@code 000 0} no answer at all. */
    String get(String host, int port, String path) throws Exception {
        try (Running curl = start("%{http_code} %{http_version}", host, port, path)) {
            curl.awaitExit(Patience.OF_A_CHANGE);
            curl.awaitOutput(Patience.OF_A_CHANGE, output -> !output.isEmpty());
            return curl.output();
        }
    }

    /** A hundred requests a second, on one connection, until closed; a line for each: the status and how many connections were made for it. */
    Running load(String host, int port, String path) throws IOException {
        return start("%{http_code} %{num_connects}\\n", host, port, path + "?[1-1000000]", "--rate", "100/s");
    }

    private Running start(String format, String host, int port, String path, String... more) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("curl", "--silent", "--http2", "--output", "/dev/null", "--write-out", format));
        command.addAll(options);
        command.addAll(List.of(more));
        command.addAll(List.of("--max-time", "10", "--connect-to", host + ":443:127.0.0.1:" + port));
        command.add("https://" + host + path);
        return Running.start("curl", command, Map.of());
    }
}
