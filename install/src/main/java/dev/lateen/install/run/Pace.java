package dev.lateen.install.run;

import java.util.function.BooleanSupplier;

/** How long a reconciliation waits between its steps. */
interface Pace {
    /** Waits until new pods are ready or have failed; not for ever, and not when the mesh is to end. */
    void awaitStart(BooleanSupplier done) throws InterruptedException;

    /** Waits until every proxy has heard of a change; not for ever, and not when the mesh is to end. */
    void awaitHeard(BooleanSupplier done) throws InterruptedException;
}
