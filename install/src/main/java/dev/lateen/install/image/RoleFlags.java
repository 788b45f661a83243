package dev.lateen.install.image;

import dev.lateen.install.failure.CommandFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the JVM of one role runs with, as the launcher knows it.
 *
 * @param options flags of the JVM
 * @param jars the class path, in order; names of files in the distribution's directory of jars
 */
record RoleFlags(List<String> options, List<String> jars) {

    /**
     * Asks the launcher.
     *
     * @param launcher the script {@code meshctl}
     * @param dist the distribution, with its directory {@code lib}
     * @param role {@code proxy}, {@code istiod} or {@code meshctl}
     */
    static RoleFlags of(Path launcher, Path dist, String role) throws InterruptedException {
        String script = "MESHCTL_SOURCED=1; source \"$1\"; dist=$2; flags_of \"$3\"; printf '%s\\n"
                + "' \"${flags[@]}\" -- \"$class_path\"";
        ProcessBuilder bash =
                new ProcessBuilder("bash", "-c", script, "meshctl", launcher.toString(), dist.toString(), role);
        bash.environment().keySet().removeIf(name -> name.startsWith("MESHCTL_"));
        try {
            Process process = bash.redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new CommandFailure(CommandFailure.FAILED, launcher + " can't tell its flags: " + said.strip());
            }
            return parse(said);
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED, launcher + " can't be asked for its flags: " + e.getMessage());
        }
    }

    static RoleFlags parse(String said) {
        List<String> lines = said.lines().toList();
        int end = lines.lastIndexOf("--");
        List<String> jars = new ArrayList<>();
        for (String jar : lines.get(end + 1).split(":", -1)) {
            jars.add(String.valueOf(Path.of(jar).getFileName()));
        }
        return new RoleFlags(List.copyOf(lines.subList(0, end)), List.copyOf(jars));
    }

    /** The class path with the jars in another directory. */
    String classPath(String directory) {
        return String.join(":", jars.stream().map(jar -> directory + "/" + jar).toList());
    }
}
