package dev.lateen.proxy.identity;

import dev.lateen.proxy.model.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets that Istio's agent reads from files, by their names: {@code file-cert:CHAIN~KEY}, {@code file-root:ROOTS}, and {@code file-root:system} for the
 * roots of the operating system. A changed file is read again at the next look; one that can't be used is told once, and what it said before stays in force. Looks
 * block and may come from any thread, one at a time; names may be changed by any other.
 */
public final class FileSecrets {
    private static final Logger LOG = LoggerFactory.getLogger(FileSecrets.class);
    private static final String CERTIFICATE = "file-cert:";
    private static final String ROOT = "file-root:";
    private static final String SYSTEM = "system";

    /** Where Linux distributions, the BSDs and macOS keep their roots, as Go's crypto/x509 and Istio's agent look for them. */
    private static final List<Path> SYSTEM_ROOTS = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"),
            Path.of("/etc/pki/tls/cacert.pem"),
            Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
            Path.of("/etc/ssl/cert.pem"),
            Path.of("/usr/local/etc/ssl/cert.pem"));

    private final Consumer<Secret> onSecret;
    private final Consumer<String> onAbsent;
    private final List<Path> systemRoots;
    private final Map<String, State> known = new HashMap<>();
    private volatile Set<String> wanted = Set.of();

    private record Stamp(long size, long modified, @Nullable Object key) {}

    /** What is known of a name: the files as they were at the last look, or what was wrong with them. */
    private record State(List<Stamp> stamps, String problem) {}

    /**
     * Nothing is wanted yet.
     *
     * @param onSecret told of every secret that was read
     * @param onAbsent told of the names of secrets that can't be read and never were
     */
    public FileSecrets(Consumer<Secret> onSecret, Consumer<String> onAbsent) {
        this(onSecret, onAbsent, SYSTEM_ROOTS);
    }

    FileSecrets(Consumer<Secret> onSecret, Consumer<String> onAbsent, List<Path> systemRoots) {
        this.onSecret = onSecret;
        this.onAbsent = onAbsent;
        this.systemRoots = List.copyOf(systemRoots);
    }

    /**
     * Takes the names that something refers to; those that don't stand for files are passed over.
     *
     * @return whether there is something new to look for
     */
    public boolean want(Set<String> names) {
        Set<String> before = wanted;
        Set<String> now = Set.copyOf(names.stream().filter(FileSecrets::isFile).toList());
        wanted = now;
        return !before.containsAll(now);
    }

    /** Whether a name stands for files. */
    public static boolean isFile(String name) {
        return name.startsWith(CERTIFICATE) || name.startsWith(ROOT);
    }

    /** Reads what is new or has changed. */
    public synchronized void look() {
        Set<String> names = wanted;
        known.keySet().retainAll(names);
        names.forEach(this::look);
    }

    private void look(String name) {
        State before = known.get(name);
        try {
            List<Path> files = files(name);
            List<Stamp> stamps = stamps(files);
            if (before != null && before.stamps.equals(stamps)) {
                return;
            }
            // Noted before it is read: what changes meanwhile is read again.
            Secret secret = read(name, files);
            known.put(name, new State(stamps, ""));
            onSecret.accept(secret);
        } catch (IOException | CertificateException | RuntimeException e) {
            // Whatever one file does to a parser, the others are looked at.
            fail(name, before, String.valueOf(e));
        }
    }

    private void fail(String name, @Nullable State before, String problem) {
        if (before == null || !before.problem.equals(problem)) {
            LOG.warn("secret {}: {}; until it can be used, handshakes that need it fail", name, problem);
        }
        if (before == null) {
            onAbsent.accept(name);
        }
        known.put(name, new State(List.of(), problem));
    }

    private List<Path> files(String name) throws IOException {
        if (name.startsWith(CERTIFICATE)) {
            String pair = name.substring(CERTIFICATE.length());
            int tilde = pair.indexOf('~');
            if (tilde < 0) {
                throw new IOException("no key named (expected: file-cert:CHAIN~KEY)");
            }
            return List.of(Path.of(pair.substring(0, tilde)), Path.of(pair.substring(tilde + 1)));
        }
        String root = name.substring(ROOT.length());
        return List.of(root.equals(SYSTEM) ? systemRoots() : Path.of(root));
    }

    private Path systemRoots() throws IOException {
        return systemRoots.stream()
                .filter(Files::isReadable)
                .findFirst()
                .orElseThrow(() -> new IOException("this system has no roots in any of " + systemRoots
                        + " (set caCertificates in the DestinationRule)"));
    }

    private static List<Stamp> stamps(List<Path> files) throws IOException {
        Stamp[] stamps = new Stamp[files.size()];
        for (int i = 0; i < stamps.length; i++) {
            BasicFileAttributes attributes = Files.readAttributes(files.get(i), BasicFileAttributes.class);
            stamps[i] =
                    new Stamp(attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey());
        }
        return List.of(stamps);
    }

    private static Secret read(String name, List<Path> files) throws IOException, CertificateException {
        String first = Files.readString(files.getFirst(), StandardCharsets.ISO_8859_1);
        int certificates = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(first.getBytes(StandardCharsets.ISO_8859_1)))
                .size();
        if (certificates == 0) {
            throw new CertificateException(files.getFirst() + ": no certificate in PEM");
        }
        if (files.size() == 1) {
            return new Secret.ValidationContext(name, first, "");
        }
        Path keyFile = Objects.requireNonNull(files.getLast());
        String key = Files.readString(keyFile, StandardCharsets.ISO_8859_1);
        if (!key.contains("PRIVATE KEY-----")) {
            throw new CertificateException(keyFile + ": no private key in PEM");
        }
        return new Secret.TlsCertificate(name, first, key);
    }
}
