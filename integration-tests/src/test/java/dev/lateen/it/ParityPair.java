package dev.lateen.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Envoy and our proxy, each started on one and the same bootstrap with ports of its own. */
record ParityPair(Started envoy, Started ours) implements AutoCloseable {
    /** A proxy and its ports. */
    record Started(Running process, Path log, int admin, int http, int https, int tcp) {}

    List<Started> both() {
        return List.of(envoy, ours);
    }

    /** @param resource the bootstrap, with {..} for what differs @param own what both show to clients */
    static ParityPair start(Path directory, String resource, Pem own, EchoBackend a, EchoBackend b) throws Exception {
        return start(
                directory,
                resource,
                Map.of(
                        "A",
                        "" + a.port(),
                        "B",
                        "" + b.port(),
                        "CERT",
                        own.certificate().toString(),
                        "KEY",
                        own.key().toString()));
    }

    /** @param filledIn what takes the place of {..}, beside DEAD and the proxies' own ports */
    static ParityPair start(Path directory, String resource, Map<String, String> filledIn) throws Exception {
        Path envoyBinary = Peers.envoy();
        String template;
        try (InputStream in = ParityPair.class.getResourceAsStream(resource)) {
            template = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("{DEAD}", "" + Ports.free());
        }
        for (Map.Entry<String, String> entry : filledIn.entrySet()) {
            template = template.replace("{" + entry.getKey() + "}", entry.getValue());
        }
        String bootstrap = template;
        ParityPair pair = new ParityPair(
                launch(directory.resolve("envoy.yaml"), bootstrap, file -> envoy(envoyBinary, file)),
                launch(directory.resolve("lateen.yaml"), bootstrap, file -> Running.meshctl("proxy", "-c", file)));
        for (Started proxy : pair.both()) {
            try (Web web = Web.direct()) {
                proxy.process.awaitOutput(
                        Patience.OF_A_START, o -> web.status("http://127.0.0.1:" + proxy.admin + "/ready") == 200);
            }
        }
        return pair;
    }

    private static Running envoy(Path binary, Path file) throws IOException {
        return Running.start(
                "envoy",
                List.of(
                        binary.toString(),
                        "-c",
                        file.toString(),
                        "--concurrency",
                        "1",
                        "-l",
                        "warning",
                        "--use-dynamic-base-id",
                        "--file-flush-interval-msec",
                        "50"),
                Map.of());
    }

    private interface Launcher {
        Running launch(Path file) throws IOException;
    }

    private static Started launch(Path file, String template, Launcher launcher) throws IOException {
        Path log = file.resolveSibling(file.getFileName() + ".log");
        int[] ports = {Ports.free(), Ports.free(), Ports.free(), Ports.free()};
        Files.writeString(
                file,
                template.replace("{LOG}", log.toString())
                        .replace("{ADMIN}", "" + ports[0])
                        .replace("{HTTP}", "" + ports[1])
                        .replace("{HTTPS}", "" + ports[2])
                        .replace("{TCP}", "" + ports[3]));
        return new Started(launcher.launch(file), log, ports[0], ports[1], ports[2], ports[3]);
    }

    @Override
    public void close() {
        envoy.process.close();
        ours.process.close();
    }
}
