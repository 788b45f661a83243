package dev.lateen.install.run;

import dev.lateen.install.run.RunningContainer.Health;
import java.util.ArrayList;
import java.util.List;

/** Asks a process its probes for as long as it lives: startup first, then readiness and liveness, each on a virtual thread of its own. */
final class ProcessWatch {
    private final Process process;
    private final Probing.Probes probes;
    private final Verdict verdict;
    private final List<Thread> threads = new ArrayList<>();

    /** Told what the probes say; by any thread. */
    interface Verdict {
        /** @param why a few words where it isn't ready; else empty */
        void health(Health now, String why);

        /** It is to be started again. */
        void restart(String why);
    }

    private ProcessWatch(Process process, Probing.Probes probes, Verdict verdict) {
        this.process = process;
        this.probes = probes;
        this.verdict = verdict;
    }

    static ProcessWatch start(Process process, Probing.Probes probes, Verdict verdict) {
        ProcessWatch watch = new ProcessWatch(process, probes, verdict);
        watch.begin();
        return watch;
    }

    /** Call it when the process has ended; after that nothing is told any more. */
    synchronized void stop() {
        threads.forEach(Thread::interrupt);
    }

    private void begin() {
        Probing startup = probes.startup();
        if (startup == null) {
            afterStartup();
        } else {
            follow(startup, new Restarting(startup, this::afterStartup));
        }
    }

    private void afterStartup() {
        Probing readiness = probes.readiness();
        if (readiness == null) {
            tell(Health.READY, "");
        } else {
            follow(readiness, new Readiness(readiness));
        }
        Probing liveness = probes.liveness();
        if (liveness != null) {
            follow(liveness, new Restarting(liveness, () -> {}));
        }
    }

    /** What follows from answers. */
    private sealed interface Consequence {
        void good();

        /** @return whether to ask no more */
        boolean bad();
    }

    private final class Readiness implements Consequence {
        private final Probing probing;

        Readiness(Probing probing) {
            this.probing = probing;
        }

        @Override
        public void good() {
            tell(Health.READY, "");
        }

        @Override
        public boolean bad() {
            tell(Health.NOT_READY, probing.complaint());
            return false;
        }
    }

    private final class Restarting implements Consequence {
        private final Probing probing;
        private final Runnable whenGood;

        Restarting(Probing probing, Runnable whenGood) {
            this.probing = probing;
            this.whenGood = whenGood;
        }

        @Override
        public void good() {
            whenGood.run();
        }

        @Override
        public boolean bad() {
            verdict.restart(probing.complaint());
            return true;
        }
    }

    private synchronized void tell(Health health, String why) {
        if (!Thread.currentThread().isInterrupted() && process.isAlive()) {
            verdict.health(health, why);
        }
    }

    private synchronized void follow(Probing probing, Consequence consequence) {
        threads.add(Thread.ofVirtual().name("probe").start(() -> {
            try {
                ask(probing, consequence);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private void ask(Probing probing, Consequence consequence) throws InterruptedException {
        Thread.sleep(probing.delay());
        int good = 0;
        int bad = 0;
        while (process.isAlive()) {
            if (probing.question().isAnsweredWell()) {
                bad = 0;
                if (++good == probing.successes()) {
                    consequence.good();
                    if (probing.once()) {
                        return;
                    }
                }
            } else {
                good = 0;
                if (++bad == probing.failures() && consequence.bad()) {
                    return;
                }
            }
            Thread.sleep(probing.period());
        }
    }
}
