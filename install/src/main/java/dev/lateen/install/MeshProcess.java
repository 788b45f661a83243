package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.run.MeshLauncher;
import dev.lateen.install.run.MeshLog;
import dev.lateen.install.run.RunBootstrap;
import dev.lateen.install.scratch.TemporaryFiles;
import java.io.IOException;

/** A mesh as a process of its own: signals drain it, and it leaves nothing behind but what was asked for. */
final class MeshProcess {
    private final RunBootstrap bootstrap;
    private final boolean temporary;
    private final MeshLog log;

    MeshProcess(RunBootstrap bootstrap, boolean temporary, MeshLog log) {
        this.bootstrap = bootstrap;
        this.temporary = temporary;
        this.log = log;
    }

    /**
     * Runs until a signal or the end of its duration; the exit code is then 0.
     *
     * @param whenUp called when the table has been printed
     */
    int run(Runnable whenUp) throws InterruptedException {
        return new OrderedEnd().run(stop -> {
            try {
                logToFile();
                MeshLauncher.run(bootstrap, log, stop, whenUp);
            } finally {
                if (temporary) {
                    TemporaryFiles.delete(bootstrap.state());
                }
            }
        });
    }

    private void logToFile() {
        try {
            LoggingBootstrap.file(bootstrap.state().resolve("mesh.log"));
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "can't write to " + bootstrap.state() + ": " + IoReason.of(e));
        }
    }
}
