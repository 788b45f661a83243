package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which release this is stands in one place, and the build agrees. */
class ReleaseTest {
    @Test
    void theBuildMakesTheReleaseThatRolesSayTheyAre() throws IOException {
        assertThat(Files.readString(Project.root().resolve("pom.xml")))
                .contains("<version>" + Release.VERSION + "-SNAPSHOT</version>");
    }

    @Test
    void noRoleKnowsItsReleaseByItself() throws IOException {
        Set<String> places = new TreeSet<>();
        for (String module : List.of(
                "mesh-api", "istiod", "proxy", "ingress-gateway", "egress-gateway", "injector-webhook", "install")) {
            try (Stream<Path> tree = Files.walk(Project.root().resolve(module).resolve("src/main/java"))) {
                for (Path file :
                        tree.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(file);
                    if (text.contains(Release.VERSION + "\"") || text.contains("\"" + Release.ISTIO_VERSION)) {
                        places.add(file.getFileName().toString());
                    }
                }
            }
        }
        assertThat(places).containsExactly("Release.java");
    }
}
