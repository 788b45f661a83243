package dev.lateen.istiod.config;

import static java.util.Objects.requireNonNull;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A directory of files and the config that follows it. */
abstract class DirectoryFixture {
    static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews}
        spec: {ports: [{name: http, port: 9080}]}
        """;

    @TempDir
    Path directory;

    final List<ConfigChange> changes = new CopyOnWriteArrayList<>();
    final List<Problem> problems = new CopyOnWriteArrayList<>();

    @Nullable
    JoinedConfig opened;

    @BeforeEach
    void services() throws IOException {
        write("service.yaml", SERVICE);
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    JoinedConfig config() {
        return requireNonNull(opened, "open() first");
    }

    void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }

    static String route(String name, String timeout) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s}
            spec:
              hosts: [reviews]
              http: [{timeout: %s, route: [{destination: {host: reviews}}]}]
            """.formatted(name, timeout);
    }

    void open(Path... paths) throws InvalidConfigException {
        follow(null, paths.length == 0 ? List.of(directory) : List.of(paths));
    }

    /** Opens files as istiod does, with a thread that puts changes in force. */
    void follow(@Nullable Path mesh, List<Path> roots) throws InvalidConfigException {
        DirectorySource source = DirectorySource.open(roots, mesh, WatchTiming.USUAL, System::nanoTime);
        JoinedConfig joined = JoinedConfig.open(List.of(source), ConfigTiming.USUAL, events(), System::nanoTime);
        opened = joined;
        Thread.ofVirtual().start(() -> {
            try {
                while (joined.awaitNext() != null) {
                    Thread.onSpinWait();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    List<ConfigObject> resources() {
        return config().current().sorted().stream()
                .filter(object -> object instanceof ConfigObject.OfIstio)
                .toList();
    }

    ConfigObject named(String name) {
        return config().current().sorted().stream()
                .filter(object -> object.key().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    ConfigEvents events() {
        return new ConfigEvents() {
            @Override
            public void changed(ConfigChange change) {
                changes.add(change);
            }

            @Override
            public void problems(List<Problem> found) {
                problems.addAll(found);
            }
        };
    }

    List<String> names() {
        return resources().stream().map(object -> object.key().name()).sorted().toList();
    }
}
