#!/bin/bash
# Makes a machine of Amazon Linux 2023 the way to the internet, when it starts for the first time and at every later start.
cat > /usr/local/sbin/way-out << 'SCRIPT'
#!/bin/bash
# Every step may be made again: the unit starts this anew until all are done.
set -euo pipefail
swap=${SWAP_FILE:-/swapfile}

# The package manager needs more memory than the smallest machines have.
if [ ! -e "$swap" ]; then
  dd if=/dev/zero of="$swap.new" bs=1M count=1024 status=none
  chmod 600 "$swap.new"
  mkswap "$swap.new"
  mv "$swap.new" "$swap"
fi
swapon --show=NAME --noheadings | grep -qxF "$swap" || swapon "$swap"

# Another process may hold the package manager's lock while the machine starts.
command -v iptables > /dev/null || dnf install -y iptables-services

sysctl -w net.ipv4.ip_forward=1
device=$(ip -4 route show default | awk '{ print $5; exit }')
[ -n "$device" ]
rule=(POSTROUTING -o "$device" -j MASQUERADE)
iptables -t nat -C "${rule[@]}" 2> /dev/null || iptables -t nat -A "${rule[@]}"
SCRIPT
chmod 755 /usr/local/sbin/way-out

cat > /etc/systemd/system/way-out.service << 'UNIT'
[Unit]
Description=Forward what the functions send to the internet
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/way-out
# The console's log can be read from outside, the journal cannot.
StandardOutput=journal+console
# A step that hangs is ended and made again.
TimeoutStartSec=600
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now --no-block way-out.service
