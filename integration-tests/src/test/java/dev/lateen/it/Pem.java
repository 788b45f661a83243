package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A certificate that is its own authority, made by openssl: two files. */
public record Pem(Path certificate, Path key) {

    /** Makes one with some DNS names. @param name of the files and the subject */
    static Pem make(Path directory, String name, String... dns) throws Exception {
        return write(
                directory,
                name,
                name,
                Arrays.stream(dns).map(each -> "DNS:" + each).collect(Collectors.joining(",")));
    }

    /** Makes one for a workload of the mesh. @param name of the files and the subject @param uri its SPIFFE identity */
    public static Pem workload(Path directory, String name, String uri) throws Exception {
        return write(directory, name, name, "URI:" + uri);
    }

    /** Makes one for this machine. @param name of the files */
    static Pem localhost(Path directory, String name) throws Exception {
        return write(directory, name, "localhost", "DNS:localhost,IP:127.0.0.1");
    }

    private static Pem write(Path directory, String name, String subject, String names) throws Exception {
        Pem made = new Pem(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
        List<String> command = Stream.of(
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(" "))
                .collect(Collectors.toList());
        command.addAll(List.of("-subj", "/CN=" + subject, "-addext", "subjectAltName=" + names));
        command.addAll(List.of("-keyout", made.key.toString(), "-out", made.certificate.toString()));
        try (Running openssl = Running.start("openssl req", command, Map.of())) {
            assertThat(openssl.awaitExit(Patience.OF_A_CHANGE))
                    .as(openssl.output())
                    .isZero();
        }
        return made;
    }

    /** As a Secret beside the gateways. */
    public String secret(String name) throws IOException {
        return secret(name, "type: kubernetes.io/tls", "");
    }

    /** As a Secret beside the gateways, with the authority that clients' certificates are checked against. */
    String secret(String name, Pem clients) throws IOException {
        return secret(name, "type: Opaque", "  ca.crt: " + base64(clients.certificate));
    }

    private String secret(String name, String type, String more) throws IOException {
        return """
            apiVersion: v1
            kind: Secret
            metadata: {name: %s, namespace: istio-system}
            %s
            data:
              tls.crt: %s
              tls.key: %s
            %s
            """.formatted(name, type, base64(certificate), base64(key), more);
    }

    private static String base64(Path file) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    }
}
